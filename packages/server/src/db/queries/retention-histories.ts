import type { Database, Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type SilentRun = { id: number; created_at: Date };

export const silentRuns = sql("retention_runs", `
  select id, created_at from runs
  where lines_removed_at is null and created_at < now() - $1 * interval '1 millisecond' and (created_at, id) > ($2, $3)
    and heartbeat_at < now() - $1 * interval '1 millisecond' and state not in ('pending', 'running', 'preempting')
  order by created_at, id limit $4`);

/** Ended runs of which nothing was heard for `ageMs` milliseconds, and that have their lines; in the order of their age. */
export function listSilentRuns(db: Querier, which: { ageMs: number; after: SilentRun; limit: number }): Promise<SilentRun[]> {
  return db.query<SilentRun>(silentRuns, [which.ageMs, which.after.created_at, which.after.id, which.limit]);
}

// A report locks its run: either it comes first, and the run is no longer silent, or it waits for one small batch.
const lockSilent = sql("retention_run_lock", `
  select id from runs where id = $1 and heartbeat_at < now() - $2 * interval '1 millisecond' and state not in ('pending', 'running', 'preempting') for no key update skip locked`);

export const removeLines = sql("retention_lines", `
  delete from run_line_chunks where (run_id, stream, first_line) in (
    select run_id, stream, first_line from run_line_chunks where run_id = $1 order by stream, first_line limit $2) returning 1 as one`);
export const removeBlocks = sql("retention_blocks", `
  delete from run_metric_blocks where (run_id, metric, first_line) in (
    select run_id, metric, first_line from run_metric_blocks where run_id = $1 order by metric, first_line limit $2) returning 1 as one`);

// Counts as a rewrite: what a process still holds in memory of the lines is no longer true.
const markRemoved = sql("retention_run_done", "update runs set lines_removed_at = now(), history_rewrites = history_rewrites + 1 where id = $1");

/** Removes a batch of the run's lines. Gives how many rows held them: none when all are gone, and for a run that is no longer silent. */
export function removeSomeLines(db: Database, run: { id: number; ageMs: number; limit: number }): Promise<number> {
  return db.transaction(async (tx) => {
    if ((await tx.query(lockSilent, [run.id, run.ageMs])).length === 0) return 0;
    const removed = await removeFrom(tx, run);
    if (removed === 0) await tx.query(markRemoved, [run.id]);
    return removed;
  });
}

async function removeFrom(tx: Transaction, run: { id: number; limit: number }): Promise<number> {
  const lines = (await tx.query(removeLines, [run.id, run.limit])).length;
  return lines > 0 ? lines : (await tx.query(removeBlocks, [run.id, run.limit])).length;
}
