import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** Deliveries that are not settled, by state: never tried, to be tried again, being tried. */
export type QueueDepth = { pending: number; retrying: number; running: number };

/** A queue longer than this is estimated: counting a million rows with every look would cost more than delivering them. */
const counted = 100_000;

const depth = sql("queue_depth", `
  select state, count(*) as jobs, (select greatest(reltuples, 0)::bigint from pg_class where oid = 'delivery_jobs'::regclass) as all_jobs
  from (select case when leased then 'running' when attempt > 0 then 'retrying' else 'pending' end as state from delivery_jobs limit ${counted}) as job
  group by state`);

export async function readQueueDepth(db: Querier): Promise<QueueDepth> {
  const rows = await db.query<{ state: keyof QueueDepth; jobs: number; all_jobs: number }>(depth, []);
  const seen = rows.reduce((sum, { jobs }) => sum + jobs, 0);
  const scale = seen < counted ? 1 : Math.max(1, (rows[0]?.all_jobs ?? 0) / seen);
  const of = (state: keyof QueueDepth): number => Math.round((rows.find((row) => row.state === state)?.jobs ?? 0) * scale);
  return { pending: of("pending"), retrying: of("retrying"), running: of("running") };
}

/** Circuit breakers that are not closed. A half-open one makes one attempt at a time, to see. */
export type OpenBreakers = { open: number; half_open: number };

export const openBreakers = sql("queue_breakers", `
  select count(*) filter (where held_until > now()) as open, count(*) filter (where held_until <= now()) as half_open from delivery_lanes where opened_at is not null`);

export async function readOpenBreakers(db: Querier): Promise<OpenBreakers> {
  const [row] = await db.query<OpenBreakers>(openBreakers, []);
  return row ?? { open: 0, half_open: 0 };
}
