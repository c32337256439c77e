import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type EntityRow = { id: number; name: string; kind: "user" | "team" | "organization"; role: Role | null };
export type ProjectRow = { id: number; entity_id: number; entity_name: string; name: string; role: Role | null };

const entityByName = sql("access_entity_by_name", `
  select id, name, kind, role_in_entity($1, id) as role from entities where lower(name) = lower($2)`);

const entityById = sql("access_entity_by_id", `
  select id, name, kind, role_in_entity($1, id) as role from entities where id = $2`);

const projectByName = sql("access_project_by_name", `
  select project.id, project.entity_id, entity.name as entity_name, project.name, role_in_project($1, project.id) as role
  from projects as project join entities as entity on entity.id = project.entity_id
  where lower(entity.name) = lower($2) and project.name = $3`);

const projectById = sql("access_project_by_id", `
  select project.id, project.entity_id, entity.name as entity_name, project.name, role_in_project($1, project.id) as role
  from projects as project join entities as entity on entity.id = project.entity_id
  where project.id = $2`);

export async function findEntity(db: Querier, userId: number, which: { name: string } | { id: number }): Promise<EntityRow | null> {
  const rows = "name" in which ? await db.query<EntityRow>(entityByName, [userId, which.name]) : await db.query<EntityRow>(entityById, [userId, which.id]);
  return rows[0] ?? null;
}

export async function findProject(db: Querier, userId: number, which: { entity: string; name: string } | { id: number }): Promise<ProjectRow | null> {
  const rows = "name" in which ? await db.query<ProjectRow>(projectByName, [userId, which.entity, which.name]) : await db.query<ProjectRow>(projectById, [userId, which.id]);
  return rows[0] ?? null;
}
