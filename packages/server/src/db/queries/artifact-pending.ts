import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

// A version of ten thousand files is heard of as often: its row is written once a minute, and otherwise only read.
const touch = sql("artifacts_pending_touch", `
  with touched as (
    update artifacts set updated_at = now() where id = $1 and state = 'PENDING' and updated_at < now() - interval '1 minute' returning id
  )
  select id from touched
  union all select id from artifacts where id = $1 and state = 'PENDING' and updated_at >= now() - interval '1 minute'`);

/** Notes that the version's upload goes on, and so that it is not removed for long; false when it is not pending (any more). */
export async function touchPending(db: Querier, artifactId: number): Promise<boolean> {
  return (await db.query(touch, [artifactId])).length > 0;
}

// As with executions, a page at a time. State and age are asked again under the lock: one that is heard of meanwhile stays,
// and who is heard of later finds it deleted. What somebody has locked is being written to.
export const removeSilent = sql("artifacts_pending_remove", `
  with page as materialized (
    select id, updated_at from artifacts where state = 'PENDING' and id > $1 order by id limit 500
  ), silent as materialized (
    select id from artifacts
    where id = any (array(select id from page where updated_at < now() - $2 * interval '1 millisecond'))
      and state = 'PENDING' and updated_at < now() - $2 * interval '1 millisecond'
    for update skip locked
  ), removed as (
    update artifacts set state = 'DELETED', updated_at = now() where id = any (array(select id from silent)) returning 1
  )
  select (select id from page order by id desc limit 1) as last, (select count(*) from removed) as removed`);

/** Deletes those of the next pending versions of which nothing was heard for `ageMs` milliseconds; `last`: null where no more follow. */
export async function removeSilentVersions(db: Querier, next: { after: number; ageMs: number }): Promise<{ last: number | null; removed: number }> {
  const [batch] = await db.query<{ last: number | null; removed: number }>(removeSilent, [next.after, next.ageMs]);
  return batch ?? { last: null, removed: 0 };
}
