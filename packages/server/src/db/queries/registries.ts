import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

const insertCore = sql("registries_insert_core", `
  with made as (
    insert into projects (entity_id, name, allow_all_artifact_types, created_by)
    select $1, 'wandb-registry-' || core.name, false, $2 from (values ('model'), ('dataset')) as core (name)
    returning id, entity_id, name)
  insert into artifact_types (entity_id, project_id, name) select entity_id, id, substr(name, length('wandb-registry-') + 1) from made`);

const addTypes = sql("registries_add_types", `
  insert into artifact_types (entity_id, project_id, name) select projects.entity_id, projects.id, type.name
  from projects cross join unnest($2::text[]) as type (name) where projects.id = $1 on conflict (project_id, name) do nothing`);

const listTypes = sql("registries_types", "select name from artifact_types where project_id = $1 order by name");

const update = sql("registries_update", `
  update projects set access = $2, allow_all_artifact_types = $3, description = $4, updated_at = now() where id = $1`);

/** The registries that every organization is born with; each takes the one type of artifact that it is named for. */
export async function insertCoreRegistries(db: Querier, entityId: number, createdBy: number): Promise<void> {
  await db.query(insertCore, [entityId, createdBy]);
}

/** Adds to the types that a registry knows; those it has already are left alone. */
export async function addArtifactTypes(db: Querier, projectId: number, names: readonly string[]): Promise<void> {
  if (names.length > 0) await db.query(addTypes, [projectId, names]);
}

export const listArtifactTypes = async (db: Querier, projectId: number): Promise<string[]> => (await db.query<{ name: string }>(listTypes, [projectId])).map(({ name }) => name);

export type RegistrySettings = { access: "PRIVATE" | "RESTRICTED"; allowAllArtifactTypes: boolean; description: string | null };

export async function updateRegistrySettings(db: Querier, projectId: number, settings: RegistrySettings): Promise<void> {
  await db.query(update, [projectId, settings.access, settings.allowAllArtifactTypes, settings.description]);
}
