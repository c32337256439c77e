import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** What failures are counted of, and how many are too many within a window. */
export type LoginSubject = { subject: string; most: number };

// One statement, so that an attempt costs one round trip, and processes count together. Rows are taken in the order in
// which they are given, everywhere: attempts that come at once cannot deadlock. Who is blocked already is not counted:
// hammering at one's own limit must not use up that of the account.
const count = sql("login_failures_count", `
  with asked as (
    select subject, most, kind from unnest($1::text[], $2::int[]) with ordinality as each (subject, most, kind)
  ), blocked as (
    select known.subject, asked.kind, known.window_ends from asked join login_failures as known using (subject)
    where known.failures >= asked.most and known.window_ends > now()
  ), counted as (
    insert into login_failures as known (subject, kind, failures, window_ends)
    select subject, kind, 1, now() + $3 * interval '1 millisecond' from asked where not exists (select from blocked) order by kind
    on conflict (subject) do update set
      failures = case when known.window_ends > now() then known.failures + 1 else 1 end,
      window_ends = case when known.window_ends > now() then known.window_ends else excluded.window_ends end
    returning subject, failures, window_ends
  )
  select subject, kind, (extract(epoch from window_ends - now()) * 1000)::float8 as "forMs" from (
    select subject, kind, window_ends from blocked
    union all
    select subject, asked.kind, counted.window_ends from counted join asked using (subject) where counted.failures > asked.most
  ) as over order by window_ends desc limit 1`);

// The first subject is the name at its address: a right password clears it. Of the others only this attempt is taken
// back, or one right password would give a guesser a fresh start.
const takeBack = sql("login_failures_take_back", `
  with held as materialized (select subject, kind from login_failures where subject = any ($1::text[]) order by kind for update)
  update login_failures as known set failures = case when held.kind = 1 then 0 else greatest(known.failures - 1, 0) end
  from held where known.subject = held.subject`);

// Kinds 1 to 3 are what attempts are counted of; 4 is what was written down of something. One that may write no more
// leaves the row as it is.
const note = sql("login_failures_note", `
  insert into login_failures as known (subject, kind, failures, window_ends) values ($1, 4, 1, now() + $3 * interval '1 millisecond')
  on conflict (subject) do update set
    failures = case when known.window_ends > now() then known.failures + 1 else 1 end,
    window_ends = case when known.window_ends > now() then known.window_ends else excluded.window_ends end
  where known.failures < $2 or known.window_ends <= now()
  returning failures as nth, window_ends as until`);

const purge = sql("login_failures_purge", "delete from login_failures where window_ends < now() returning 1 as one");

/** What too many attempts failed of, and for how long it is blocked yet. `kind` is its place among the subjects, from 1. */
export type BlockedLogin = { subject: string; kind: number; forMs: number };

/** Counts an attempt as failed, before it is judged. Gives which of the subjects is blocked the longest, null when none is. */
export async function countLoginFailure(db: Querier, subjects: readonly LoginSubject[], windowMs: number): Promise<BlockedLogin | null> {
  const [row] = await db.query<BlockedLogin>(count, [subjects.map(({ subject }) => subject), subjects.map(({ most }) => most), windowMs]);
  return row ?? null;
}

export type NoteTurn = { /** Its number within the window, from 1. */ nth: number; until: Date };

/** Whether one more may be written down of the subject: at most `most` within a window. Null when that is not so. */
export async function takeNoteTurn(db: Querier, subject: string, { most, windowMs }: { most: number; windowMs: number }): Promise<NoteTurn | null> {
  return (await db.query<NoteTurn>(note, [subject, most, windowMs]))[0] ?? null;
}

/** Takes back what countLoginFailure counted: the password was right. */
export async function takeBackLoginFailure(db: Querier, subjects: readonly LoginSubject[]): Promise<void> {
  await db.query(takeBack, [subjects.map(({ subject }) => subject)]);
}

/** Deletes those that no longer count; gives how many. */
export const purgeLoginFailures = async (db: Querier): Promise<number> => (await db.query(purge, [])).length;
