import type { SilentRun } from "../../db/queries/retention-histories.ts";
import { listSilentRuns, removeSomeLines } from "../../db/queries/retention-histories.ts";
import type { Services } from "../services.ts";
import { batchRows } from "./ages.ts";

const beforeAll: SilentRun = { id: 0, created_at: new Date(0) };
const runsAtOnce = 100;

/**
 * Removes history, system metrics and console lines of runs that ended and were last heard of `ageMs` milliseconds ago
 * or earlier; the runs stay, with config and summary. Gives how many runs lost lines. A run that is resumed goes on
 * at the line that it had reached, and its new lines have their own age.
 */
export async function removeHistories(services: Pick<Services, "db">, ageMs: number, signal: AbortSignal): Promise<number> {
  let shortened = 0;
  for (let after = beforeAll; !signal.aborted; ) {
    const runs = await listSilentRuns(services.db, { ageMs, after, limit: runsAtOnce });
    for (const { id } of runs) if (await removeLines(services, { id, ageMs }, signal)) shortened += 1;
    const last = runs.at(-1);
    if (last === undefined || runs.length < runsAtOnce) break;
    after = last;
  }
  return shortened;
}

/** Whether there were any. */
async function removeLines({ db }: Pick<Services, "db">, run: { id: number; ageMs: number }, signal: AbortSignal): Promise<boolean> {
  let removed = 0;
  for (let batch = 1; batch > 0 && !signal.aborted; removed += batch) batch = await removeSomeLines(db, { ...run, limit: batchRows });
  return removed > 0;
}
