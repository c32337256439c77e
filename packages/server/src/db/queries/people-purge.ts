import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

// What an entity owns besides its projects: its history, automations, webhooks, secrets, and the record of which
// contents it holds. Executions go with their automations, attempts and jobs with their executions.
const owned = [
  sql("people_purge_events", "delete from events where entity_id = $1"),
  sql("people_purge_redeliveries", "delete from redeliveries where entity_id = $1"),
  sql("people_purge_executions", "delete from executions where entity_id = $1"),
  sql("people_purge_automations", "delete from automations where entity_id = $1"),
  sql("people_purge_lanes", "delete from delivery_lanes where entity_id = $1"),
  sql("people_purge_webhooks", "delete from webhooks where entity_id = $1"),
  sql("people_purge_secrets", "delete from secrets where entity_id = $1"),
  sql("people_purge_blobs", "delete from artifact_blobs where entity_id = $1"),
];

const anyProject = sql("people_any_project", "select name from projects where entity_id = $1 order by name limit 1");

export async function findAnyProject(db: Querier, entityId: number): Promise<string | null> {
  return (await db.query<{ name: string }>(anyProject, [entityId]))[0]?.name ?? null;
}

/** Deletes what an entity without projects still owns. The entity itself stays. */
export async function purgeEntity(db: Querier, entityId: number): Promise<void> {
  for (const statement of owned) await db.query(statement, [entityId]);
}
