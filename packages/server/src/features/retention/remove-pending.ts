import { removeSilentVersions } from "../../db/queries/artifact-pending.ts";
import type { Services } from "../services.ts";

/**
 * Deletes versions that were begun, never committed, and last heard of `ageMs` milliseconds ago or earlier; gives how many.
 * What they alone needed goes as that of every deleted version does. An upload that goes on afterwards is told that its
 * version was deleted, and one that begins again gets another version.
 */
export async function removePending({ db }: Pick<Services, "db">, ageMs: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let after: number | null = 0; after !== null && !signal.aborted; ) {
    const batch = await removeSilentVersions(db, { after, ageMs });
    removed += batch.removed;
    after = batch.last;
  }
  return removed;
}
