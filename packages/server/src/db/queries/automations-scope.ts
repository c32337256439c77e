import type { ScopeKind } from "../../domain/event.ts";
import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** Something that an automation can watch, with the user's role in it. */
export type ScopeRow = {
  kind: ScopeKind;
  id: number;
  name: string;
  /** The entity that owns it. */
  entity_id: number;
  entity_name: string;
  entity_kind: "user" | "team" | "organization";
  /** The organization of the entity; null for a user's. */
  organization_id: number | null;
  project_id: number | null;
  project_name: string | null;
  /** Null for what is no collection. */
  collection_kind: "sequence" | "portfolio" | null;
  role: Role | null;
};

const organization = `
  left join teams on teams.entity_id = entity.id left join organizations as organization on organization.entity_id = entity.id`;

const collections = `
  select 'collection' as kind, collection.id, collection.name, entity.id as entity_id, entity.name as entity_name, entity.kind as entity_kind,
    coalesce(teams.organization_id, organization.id) as organization_id, project.id as project_id, project.name as project_name,
    collection.kind as collection_kind, role_in_project($1, project.id) as role
  from artifact_collections as collection join projects as project on project.id = collection.project_id
  join entities as entity on entity.id = project.entity_id ${organization}`;

const projects = `
  select 'project' as kind, project.id, project.name, entity.id as entity_id, entity.name as entity_name, entity.kind as entity_kind,
    coalesce(teams.organization_id, organization.id) as organization_id, project.id as project_id, project.name as project_name,
    null as collection_kind, role_in_project($1, project.id) as role
  from projects as project join entities as entity on entity.id = project.entity_id ${organization}`;

const entities = `
  select 'entity' as kind, entity.id, entity.name, entity.id as entity_id, entity.name as entity_name, entity.kind as entity_kind,
    coalesce(teams.organization_id, organization.id) as organization_id, null::bigint as project_id, null as project_name,
    null as collection_kind, role_in_entity($1, entity.id) as role
  from entities as entity ${organization}`;

const byId = {
  collection: sql("scope_collection_by_id", `${collections} where collection.id = $2`),
  project: sql("scope_project_by_id", `${projects} where project.id = $2`),
  entity: sql("scope_entity_by_id", `${entities} where entity.id = $2`),
} as const satisfies Record<ScopeKind, object>;

const collectionByName = sql("scope_collection_by_name", `${collections} where lower(entity.name) = lower($2) and project.name = $3 and collection.name = $4`);
const projectByName = sql("scope_project_by_name", `${projects} where lower(entity.name) = lower($2) and project.name = $3`);
const entityByName = sql("scope_entity_by_name", `${entities} where lower(entity.name) = lower($2)`);

export async function findScopeById(db: Querier, userId: number, kind: ScopeKind, id: number): Promise<ScopeRow | null> {
  const [row] = await db.query<ScopeRow>(byId[kind], [userId, id]);
  return row ?? null;
}

/** By the names on the way to it: entity, then project, then collection. */
export async function findScopeByName(db: Querier, userId: number, path: { entity: string; project?: string; collection?: string }): Promise<ScopeRow | null> {
  const { entity, project, collection } = path;
  const [row] = project === undefined
    ? await db.query<ScopeRow>(entityByName, [userId, entity])
    : collection === undefined
      ? await db.query<ScopeRow>(projectByName, [userId, entity, project])
      : await db.query<ScopeRow>(collectionByName, [userId, entity, project, collection]);
  return row ?? null;
}

const organizationEntity = sql("scope_organization_entity", `
  select entity.name from organizations as organization join entities as entity on entity.id = organization.entity_id where lower(organization.name) = lower($1)`);

/** Name of the entity that owns the organization's registries. */
export async function findOrganizationEntityName(db: Querier, organizationName: string): Promise<string | null> {
  const [row] = await db.query<{ name: string }>(organizationEntity, [organizationName]);
  return row?.name ?? null;
}
