import type { EventType } from "@bellhop/contract";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns } from "../rows/event-row.ts";

// The newest of each type are read from the index on (project_id, type, id); only these few are then sorted together.
const ofProject = sql("events_of_project", `
  select page.* from unnest($2::text[]) as wanted (type) cross join lateral (
    select ${eventColumns} from events as event
    where event.project_id = $1 and event.type = wanted.type and event.id < $3 and event.id >= $4 and event.created_at >= $5
    order by event.id desc limit $6
  ) as page order by page.event_id desc limit $6`);

export type EventFilter = {
  projectId: number;
  types: readonly EventType[];
  /** Only events that are stored since then; `leastId` is an id that none of them is below. */
  since: Date;
  leastId: string;
  /** Only older ones than this id. */
  before: string;
  limit: number;
};

/** The project's events of these types, newest first. */
export const findEvents = (db: Querier, { projectId, types, before, leastId, since, limit }: EventFilter): Promise<EventRow[]> =>
  db.query<EventRow>(ofProject, [projectId, types, before, leastId, since, limit]);

// An event that is about a webhook lies in no project, and is the business of all in the webhook's team.
const seen = "case when event.project_id is null then role_in_entity($1, event.entity_id) else role_in_project($1, event.project_id) end is not null";

const byId = sql("events_by_id", `select ${eventColumns} from events as event where event.id = $2 and ${seen}`);

/** The event, if the user has a role in its project, or, where it lies in none, in its entity. */
export async function findEvent(db: Querier, userId: number, id: string): Promise<EventRow | null> {
  return (await db.query<EventRow>(byId, [userId, id]))[0] ?? null;
}

const visible = sql("events_visible", `select event.id from events as event where event.id = any ($2::uuid[]) and ${seen}`);

/** Which of the events happened where the user has a role. */
export async function findVisibleEventIds(db: Querier, userId: number, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await db.query<{ id: string }>(visible, [userId, ids])).map(({ id }) => id));
}
