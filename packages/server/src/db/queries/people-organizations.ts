import type { Role, Viewer } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type Organization = { id: number; entityId: number; name: string; entityName: string; role: Role | null; createdAt: Date };

const columns = 'organizations.id, organizations.entity_id as "entityId", organizations.name, entities.name as "entityName", role_in_entity($1, organizations.entity_id) as role, organizations.created_at as "createdAt"';
const from = "from organizations join entities on entities.id = organizations.entity_id";

const insert = sql("organizations_insert", "insert into organizations (entity_id, name) values ($1, $2) returning id");
// An organization answers to its name and to that of its entity, as the SDK's users write either.
const byName = sql("organizations_by_name", `
  select ${columns} ${from} where lower(organizations.name) = lower($2) or lower(entities.name) = lower($2)
  order by lower(entities.name) = lower($2) desc limit 1`);
const byEntity = sql("organizations_by_entity", `
  select ${columns} ${from}
  where organizations.entity_id = $2 or organizations.id = (select organization_id from teams where teams.entity_id = $2)`);
const ofUser = sql("organizations_of_user", `
  select ${columns} ${from} join organization_members as member on member.organization_id = organizations.id and member.user_id = $1
  order by organizations.name`);
const visible = sql("organizations_visible", `
  select ${columns} ${from}
  where ($2 or exists (select 1 from organization_members as member where member.organization_id = organizations.id and member.user_id = $1))
    and ($3::text is null or lower(organizations.name) > lower($3))
  order by lower(organizations.name) limit $4`);
const lock = sql("organizations_lock", "select id from organizations where id = $1 for no key update");
const anyTeam = sql("organizations_any_team", "select entities.name from teams join entities on entities.id = teams.entity_id where organization_id = $1 order by 1 limit 1");
const remove = sql("organizations_delete", "delete from organizations where id = $1");
const nonEmptyRegistry = sql("organizations_registry_in_use", `
  select projects.name from projects where entity_id = $1 and exists (select 1 from artifact_collections where project_id = projects.id) limit 1`);
const removeProjects = sql("organizations_delete_projects", "delete from projects where entity_id = $1");

export async function insertOrganization(db: Querier, entityId: number, name: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(insert, [entityId, name]);
  if (row === undefined) throw new Error("insert returned no row");
  return row.id;
}

export const findOrganization = async (db: Querier, userId: number, name: string): Promise<Organization | null> => (await db.query<Organization>(byName, [userId, name]))[0] ?? null;
/** The organization that the entity is, or that the team belongs to. */
export const findOrganizationOfEntity = async (db: Querier, userId: number, entityId: number): Promise<Organization | null> => (await db.query<Organization>(byEntity, [userId, entityId]))[0] ?? null;
/** Those of which the user is a member, with the user's role. */
export const listOrganizationsOf = (db: Querier, userId: number): Promise<Organization[]> => db.query<Organization>(ofUser, [userId]);
export const listVisibleOrganizations = (db: Querier, viewer: Viewer, page: { after: string | null; limit: number }): Promise<Organization[]> =>
  db.query<Organization>(visible, [viewer.userId, viewer.isAdmin, page.after, page.limit]);

/** Makes changes of the organization's members take turns; new members of its teams are still let in. */
export async function lockOrganization(db: Querier, id: number): Promise<void> {
  await db.query(lock, [id]);
}

export const findAnyTeam = async (db: Querier, organizationId: number): Promise<string | null> => (await db.query<{ name: string }>(anyTeam, [organizationId]))[0]?.name ?? null;
export const findRegistryInUse = async (db: Querier, entityId: number): Promise<string | null> => (await db.query<{ name: string }>(nonEmptyRegistry, [entityId]))[0]?.name ?? null;

export async function deleteOrganization(db: Querier, organization: { id: number; entityId: number }): Promise<void> {
  await db.query(removeProjects, [organization.entityId]);
  await db.query(remove, [organization.id]);
}
