import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

// Two requests may create the same project at once: the second waits for the first and inserts nothing.
const insertProject = sql("projects_insert", `
  insert into projects (entity_id, name, created_by) values ($1, $2, $3) on conflict (entity_id, name) do nothing`);

export async function insertProjectIfAbsent(db: Querier, entityId: number, name: string, createdBy: number): Promise<void> {
  await db.query(insertProject, [entityId, name, createdBy]);
}

export type ProjectDetails = {
  id: number;
  entityId: number;
  entityName: string;
  entityKind: "user" | "team" | "organization";
  name: string;
  description: string | null;
  access: "PRIVATE" | "RESTRICTED";
  allowAllArtifactTypes: boolean;
  createdBy: number | null;
  createdAt: Date;
  updatedAt: Date;
  role: Role | null;
};

const columns = `project.id, project.entity_id as "entityId", entity.name as "entityName", entity.kind as "entityKind", project.name, project.description, project.access,
  project.allow_all_artifact_types as "allowAllArtifactTypes", project.created_by as "createdBy", project.created_at as "createdAt", project.updated_at as "updatedAt"`;

const details = sql("projects_details", `
  select ${columns}, role_in_project($1, project.id) as role
  from projects as project join entities as entity on entity.id = project.entity_id where project.id = $2`);

// Newest first. The role is computed once per row, before the rows are cut.
const ofEntity = sql("projects_of_entity", `
  select * from (
    select ${columns}, role_in_project($1, project.id) as role
    from projects as project join entities as entity on entity.id = project.entity_id where project.entity_id = $2) as listed
  where role is not null order by "createdAt" desc, id desc limit $3 offset $4`);

const ofUser = sql("projects_of_user", `
  select * from (
    select ${columns}, role_in_project($1, project.id) as role
    from projects as project join entities as entity on entity.id = project.entity_id
    where project.entity_id = (select entity_id from users where id = $1)
      or project.entity_id in (select entity_id from team_members where user_id = $1)
      or project.entity_id in (select organizations.entity_id from organization_members join organizations on organizations.id = organization_id where user_id = $1)) as listed
  where role is not null order by "createdAt" desc, id desc limit $2 offset $3`);

const insertNew = sql("projects_insert_new", `
  insert into projects (entity_id, name, description, access, allow_all_artifact_types, created_by) values ($1, $2, $3, $4, $5, $6)
  on conflict (entity_id, name) do nothing returning id`);
const lock = sql("projects_lock", "select id from projects where id = $1 for no key update");
const rename = sql("projects_rename", "update projects set name = $2, updated_at = now() where id = $1");
const describe = sql("projects_describe", "update projects set description = $2, updated_at = now() where id = $1");

// Automations that watched the project or a collection in it are deleted as automations are: in name.
const endAutomations = sql("projects_end_automations", `
  update automations set deleted_at = now()
  where deleted_at is null
    and ((scope_kind = 'project' and scope_id = $1)
      or (scope_kind = 'collection' and scope_id in (select id from artifact_collections where project_id = $1)))`);
const remove = sql("projects_delete", "delete from projects where id = $1");

export const findProjectDetails = async (db: Querier, userId: number, id: number): Promise<ProjectDetails | null> => (await db.query<ProjectDetails>(details, [userId, id]))[0] ?? null;

export const listProjectsOfEntity = (db: Querier, userId: number, entityId: number, page: { offset: number; limit: number }): Promise<ProjectDetails[]> =>
  db.query<ProjectDetails>(ofEntity, [userId, entityId, page.limit, page.offset]);

/** Projects of the user, of the user's teams and organizations. */
export const listProjectsOfUser = (db: Querier, userId: number, page: { offset: number; limit: number }): Promise<ProjectDetails[]> => db.query<ProjectDetails>(ofUser, [userId, page.limit, page.offset]);

export type NewProject = { entityId: number; name: string; description: string | null; access: "PRIVATE" | "RESTRICTED"; allowAllArtifactTypes: boolean; createdBy: number };

/** The new project's id; null when the entity has one of that name. */
export async function insertNewProject(db: Querier, project: NewProject): Promise<number | null> {
  const [row] = await db.query<{ id: number }>(insertNew, [project.entityId, project.name, project.description, project.access, project.allowAllArtifactTypes, project.createdBy]);
  return row?.id ?? null;
}

/** Makes changes of the project's settings take turns. */
export async function lockProject(db: Querier, id: number): Promise<void> {
  await db.query(lock, [id]);
}

/** Throws a violation of `projects_entity_id_name_key` when the name is taken. */
export async function renameProject(db: Querier, id: number, name: string): Promise<void> {
  await db.query(rename, [id, name]);
}

export async function describeProject(db: Querier, id: number, description: string | null): Promise<void> {
  await db.query(describe, [id, description]);
}

/** Runs, collections and versions go with the project. */
export async function deleteProject(db: Querier, id: number): Promise<void> {
  await db.query(endAutomations, [id]);
  await db.query(remove, [id]);
}
