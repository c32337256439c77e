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
    select max(known.window_ends) as until from asked join login_failures as known using (subject)
    where known.failures >= asked.most and known.window_ends > now()
  ), counted as (
    insert into login_failures as known (subject, kind, failures, window_ends)
    select subject, kind, 1, now() + $3 * interval '1 millisecond' from asked where (select until from blocked) is null order by kind
    on conflict (subject) do update set
      failures = case when known.window_ends > now() then known.failures + 1 else 1 end,
      window_ends = case when known.window_ends > now() then known.window_ends else excluded.window_ends end
    returning subject, failures, window_ends
  )
  select (extract(epoch from greatest(
    (select until from blocked),
    (select max(counted.window_ends) from counted join asked using (subject) where counted.failures > asked.most)
  ) - now()) * 1000)::float8 as "blockedMs"`);

// The first subject is the name at its address: a right password clears it. Of the others only this attempt is taken
// back, or one right password would give a guesser a fresh start.
const takeBack = sql("login_failures_take_back", `
  with held as materialized (select subject, kind from login_failures where subject = any ($1::text[]) order by kind for update)
  update login_failures as known set failures = case when held.kind = 1 then 0 else greatest(known.failures - 1, 0) end
  from held where known.subject = held.subject`);

const purge = sql("login_failures_purge", "delete from login_failures where window_ends < now() returning 1 as one");

/** Counts an attempt as failed, before it is judged. Gives how long the subjects are still blocked, null when they are not. */
export async function countLoginFailure(db: Querier, subjects: readonly LoginSubject[], windowMs: number): Promise<number | null> {
  const [row] = await db.query<{ blockedMs: number | null }>(count, [subjects.map(({ subject }) => subject), subjects.map(({ most }) => most), windowMs]);
  return row?.blockedMs ?? null;
}

/** Takes back what countLoginFailure counted: the password was right. */
export async function takeBackLoginFailure(db: Querier, subjects: readonly LoginSubject[]): Promise<void> {
  await db.query(takeBack, [subjects.map(({ subject }) => subject)]);
}

/** Deletes those that no longer count; gives how many. */
export const purgeLoginFailures = async (db: Querier): Promise<number> => (await db.query(purge, [])).length;
