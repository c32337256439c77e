import type { LineStream, RunState } from "../../domain/run.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns } from "../rows/event-row.ts";
import type { BlockRow } from "./run-metric-blocks.ts";

/** Whose projects lie in a scope: one project's, or all of some entities'. */
export type BacktestScope = { entityIds: readonly number[]; projectId: number | null; collectionId: number | null };

const ofOrganization = sql("backtest_entities", `
  select team.entity_id as id from organizations as organization join teams as team on team.organization_id = organization.id where organization.entity_id = $1`);

/** The entity itself and, of an organization, those of its teams. */
export async function findEntitiesBelow(db: Querier, entityId: number): Promise<number[]> {
  const teams = await db.query<{ id: number }>(ofOrganization, [entityId]);
  return [entityId, ...teams.map(({ id }) => id)];
}

export type ReplayedRun = {
  id: number;
  name: string;
  display_name: string;
  project_name: string;
  entity_name: string;
  state: RunState;
  history_lines: number;
  event_lines: number;
  column_lines: number;
  history_keys: string;
};

const runColumns = `
  run.id, run.name, run.display_name, project.name as project_name, entity.name as entity_name, run.state, run.history_lines, run.event_lines, run.column_lines, run.history_keys`;

const runs = sql("backtest_runs", `
  select ${runColumns} from projects as project join entities as entity on entity.id = project.entity_id join runs as run on run.project_id = project.id
  where project.entity_id = any ($2::bigint[]) and ($3::bigint is null or project.id = $3) and role_in_project($1, project.id) is not null
    and run.created_at <= $5 and run.heartbeat_at >= $4
  order by run.id desc limit $6`);

export type BacktestRange = { since: Date; until: Date; limit: number };

/** The runs that the user may see and that were alive between the two times, newest first. */
export const findRunsToReplay = (db: Querier, userId: number, scope: BacktestScope, { since, until, limit }: BacktestRange): Promise<ReplayedRun[]> =>
  db.query<ReplayedRun>(runs, [userId, scope.entityIds, scope.projectId, since, until, limit]);

const byId = sql("backtest_run_by_id", `
  select ${runColumns} from runs as run join projects as project on project.id = run.project_id join entities as entity on entity.id = run.entity_id where run.id = $1`);

/** Asks for nobody's role. */
export async function findRunToReplay(db: Querier, runId: number): Promise<ReplayedRun | null> {
  return (await db.query<ReplayedRun>(byId, [runId]))[0] ?? null;
}

// The newest of each project are read from the index on (project_id, type, id), and only these are then sorted together.
const events = sql("backtest_events", `
  select page.* from projects as project cross join lateral (
    select ${eventColumns} from events as event
    where event.project_id = project.id and event.type = $4 and event.id < $5 and event.id >= $6 and event.created_at between $7 and $8
      and ($9::bigint is null or (event.subject ->> 'collectionId')::bigint = $9)
    order by event.id desc limit $10
  ) as page
  where project.entity_id = any ($2::bigint[]) and ($3::bigint is null or project.id = $3) and role_in_project($1, project.id) is not null
  order by page.event_id desc limit $10`);

const ofWebhooks = sql("backtest_events_of_webhooks", `
  select page.* from unnest($2::bigint[]) as entity (id) cross join lateral (
    select ${eventColumns} from events as event
    where event.entity_id = entity.id and event.project_id is null and event.type = $3 and event.id < $4 and event.id >= $5 and event.created_at between $6 and $7
    order by event.id desc limit $8
  ) as page
  where role_in_entity($1, entity.id) is not null
  order by page.event_id desc limit $8`);

export type EventPage = BacktestRange & { type: string; before: string; leastId: string };

/** The stored events of a type that the user may see, newest first. */
export const findEventsToJudge = (db: Querier, userId: number, scope: BacktestScope, page: EventPage): Promise<EventRow[]> =>
  db.query<EventRow>(events, [userId, scope.entityIds, scope.projectId, page.type, page.before, page.leastId, page.since, page.until, scope.collectionId, page.limit]);

/** The same of events about webhooks, which lie in no project. */
export const findWebhookEventsToJudge = (db: Querier, userId: number, { entityIds }: BacktestScope, page: EventPage): Promise<EventRow[]> =>
  db.query<EventRow>(ofWebhooks, [userId, entityIds, page.type, page.before, page.leastId, page.since, page.until, page.limit]);

export type TimedChunk = { first_line: number; line_count: number; body: string; created_at: Date };

const chunks = sql("backtest_chunks", `
  select first_line, line_count, body, created_at from run_line_chunks where run_id = $1 and stream = $2 and first_line + line_count > $3 and first_line >= $4
  order by first_line limit $5`);

/** Chunks that begin at or after `after` and hold lines from `from` on, in their order. */
export const findTimedChunks = (db: Querier, runId: number, stream: LineStream, page: { from: number; after: number; limit: number }): Promise<TimedChunk[]> =>
  db.query<TimedChunk>(chunks, [runId, stream, page.from, page.after, page.limit]);

const blocksAt = sql("backtest_blocks_at", `
  select metric, first_line, line_count, body from run_metric_blocks where run_id = $1 and metric = any ($2::text[]) and first_line = $3`);

/** The blocks of some metrics that begin at a line. */
export const findBlocksAt = (db: Querier, runId: number, metrics: readonly string[], firstLine: number): Promise<BlockRow[]> => db.query<BlockRow>(blocksAt, [runId, metrics, firstLine]);
