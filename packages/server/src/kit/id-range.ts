/** Below every id. */
export const firstId = "00000000-0000-0000-0000-000000000000";
/** Above every id. */
export const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const clockDifferenceMs = 300_000;

/**
 * The least id that was made at that time or later: an id begins with its time in milliseconds. The ids' clock is this
 * server's, a row's `created_at` the database's; some minutes between them do no harm.
 */
export function leastId(since: Date | null): string {
  const ms = since === null ? 0 : Math.max(0, since.getTime() - clockDifferenceMs);
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
