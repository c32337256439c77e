import type { Database, Querier } from "../database.ts";
import { sql } from "../database.ts";

/** What is done in the background for all processes; the rows of background_work. */
export type BackgroundWork = "executions" | "events" | "histories" | "audit" | "pending-versions" | "objects";

const takeTurn = sql("background_work_turn", `
  update background_work set due_at = now() + $2 * interval '1 millisecond' where name = $1 and due_at <= now() returning name`);

/** Whether it is this process's turn; nobody has the next one before `everyMs` milliseconds. */
export async function takeBackgroundTurn(db: Querier, work: BackgroundWork, everyMs: number): Promise<boolean> {
  return (await db.query(takeTurn, [work, everyMs])).length > 0;
}

/** Where to go on. `ageMs` is measured by the database's clock. */
export type NextRows = { after: string; ageMs: number };
/** What a batch looked at, and what of it was removed; `last`: the last id that it looked at, null where no more follow. */
export type Batch = { last: string | null; removed: number };

// What ended has no job any more: both are written in one statement. A page by primary key, from where the last one ended, and of it what may go: whatever the table holds, a batch reads
// so many rows and no more. Without an upper bound, and with the limit in the text: for a range of unknown width, or a
// limit that it does not know, the planner would rather sort. Rows that somebody has locked are left for the next pass,
// so that nobody waits for this and this waits for nobody.
export const removeExecutions = sql("retention_executions", `
  with page as materialized (
    select id, status, finished_at from executions where id > $1 order by id limit 500
  ), old as materialized (
    select id from executions
    where id = any (array(select id from page where status in ('finished', 'failed', 'skipped', 'cancelled') and finished_at < now() - $2 * interval '1 millisecond'))
    for update skip locked
  ), removed as (
    delete from executions where id = any (array(select id from old)) returning 1
  )
  select (select id from page order by id desc limit 1) as last, (select count(*) from removed) as removed`);

/** Removes those of the next executions that ended long enough ago, with their attempts. */
export async function removeOldExecutions(db: Querier, next: NextRows): Promise<Batch> {
  const [batch] = await db.query<Batch>(removeExecutions, [next.after, next.ageMs]);
  return batch ?? { last: null, removed: 0 };
}

export const lockEvents = sql("retention_events_lock", `
  with page as materialized (
    select id, created_at from events where id > $1 order by id limit 500
  ), old as materialized (
    select id from events as event
    where id = any (array(select id from page where created_at < now() - $2 * interval '1 millisecond'))
      and not exists (select 1 from executions as execution where execution.event_id = event.id)
    for update skip locked
  )
  select (select id from page order by id desc limit 1) as last, array(select id from old) as old`);

// Asked once more: between the look and the lock somebody may have planned an execution of the event. Now nobody can.
export const removeEvents = sql("retention_events", `
  delete from events as event where id = any ($1) and not exists (select 1 from executions as execution where execution.event_id = event.id) returning 1 as one`);

/** Removes those of the next events that happened long enough ago and have no execution. */
export function removeOldEvents(db: Database, next: NextRows): Promise<Batch> {
  return db.transaction(async (tx) => {
    const [locked] = await tx.query<{ last: string | null; old: string[] }>(lockEvents, [next.after, next.ageMs]);
    const removed = locked === undefined || locked.old.length === 0 ? [] : await tx.query(removeEvents, [locked.old]);
    return { last: locked?.last ?? null, removed: removed.length };
  });
}

export const removeAuditEntries = sql("retention_audit", `
  with old as materialized (
    select id from audit_entries where created_at < now() - $1 * interval '1 millisecond' order by created_at, id limit $2 for update skip locked
  )
  delete from audit_entries where id = any (array(select id from old)) returning 1 as one`);

/** Removes a batch of the audit log's oldest entries; gives how many. */
export async function removeOldAuditEntries(db: Querier, ageMs: number, limit: number): Promise<number> {
  return (await db.query(removeAuditEntries, [ageMs, limit])).length;
}
