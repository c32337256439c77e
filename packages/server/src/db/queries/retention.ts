import type { Database, Querier } from "../database.ts";
import { sql } from "../database.ts";

/** What is done in the background for all processes; the rows of background_work. */
export type BackgroundWork = "executions" | "events" | "histories" | "objects";

const takeTurn = sql("background_work_turn", `
  update background_work set due_at = now() + $2 * interval '1 millisecond' where name = $1 and due_at <= now() returning name`);

/** Whether it is this process's turn; nobody has the next one before `everyMs` milliseconds. */
export async function takeBackgroundTurn(db: Querier, work: BackgroundWork, everyMs: number): Promise<boolean> {
  return (await db.query(takeTurn, [work, everyMs])).length > 0;
}

/** Where to go on, and when to stop: ids begin with their time. `ageMs` is measured by the database's clock. */
export type OldIds = { after: string; before: string; ageMs: number; limit: number };

// By primary key, in the order of age, from where the last batch ended: what may not go yet is passed by once per pass.
// Rows that somebody has locked are left for the next pass, so that nobody waits for this and this waits for nobody.
export const removeExecutions = sql("retention_executions", `
  with old as materialized (
    select id from executions as execution
    where id > $1 and id < $2 and status in ('finished', 'failed', 'skipped', 'cancelled') and finished_at < now() - $3 * interval '1 millisecond'
      and not exists (select 1 from delivery_jobs as job where job.execution_id = execution.id)
    order by id limit $4 for update skip locked
  )
  delete from executions where id = any (array(select id from old)) returning id`);

/** Removes a batch of executions that ended, with their attempts; gives their ids. */
export async function removeOldExecutions(db: Querier, which: OldIds): Promise<string[]> {
  return idsOf(await db.query<{ id: string }>(removeExecutions, [which.after, which.before, which.ageMs, which.limit]));
}

export const lockEvents = sql("retention_events_lock", `
  select id from events as event
  where id > $1 and id < $2 and created_at < now() - $3 * interval '1 millisecond' and not exists (select 1 from executions as execution where execution.event_id = event.id)
  order by id limit $4 for update skip locked`);

// Asked once more: between the look and the lock somebody may have planned an execution of the event. Now nobody can.
export const removeEvents = sql("retention_events", `
  delete from events as event where id = any ($1) and not exists (select 1 from executions as execution where execution.event_id = event.id)`);

/** Removes a batch of events that no execution belongs to; gives the ids of those that it looked at. */
export function removeOldEvents(db: Database, which: OldIds): Promise<string[]> {
  return db.transaction(async (tx) => {
    const ids = idsOf(await tx.query<{ id: string }>(lockEvents, [which.after, which.before, which.ageMs, which.limit]));
    if (ids.length > 0) await tx.query(removeEvents, [ids]);
    return ids;
  });
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
