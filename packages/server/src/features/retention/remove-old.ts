import type { Batch, NextRows } from "../../db/queries/retention.ts";
import { removeOldAuditEntries, removeOldEvents, removeOldExecutions } from "../../db/queries/retention.ts";
import { firstId, leastId } from "../../kit/id-range.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import type { Services } from "../services.ts";
import { batchRows } from "./ages.ts";

type Needs = Pick<Services, "db" | "clock">;

/**
 * Removes executions that ended `ageMs` milliseconds ago or earlier, with their attempts; gives how many. What is still
 * to be delivered stays, however old it is.
 */
export function removeExecutions(services: Needs, ageMs: number, signal: AbortSignal): Promise<number> {
  return inBatches(services, ageMs, signal, (which) => removeOldExecutions(services.db, which));
}

/** Removes events that happened `ageMs` milliseconds ago or earlier and have no execution any more; gives how many. */
export function removeEvents(services: Needs, ageMs: number, signal: AbortSignal): Promise<number> {
  noViewer("the server itself finds that they are old");
  noEvent("nobody watches the history getting shorter");
  return inBatches(services, ageMs, signal, (which) => removeOldEvents(services.db, which));
}

/** Removes entries of the audit log that were made `ageMs` milliseconds ago or earlier; gives how many. */
export async function removeAudit({ db }: Pick<Services, "db">, ageMs: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let batch = batchRows; batch === batchRows && !signal.aborted; removed += batch) batch = await removeOldAuditEntries(db, ageMs, batchRows);
  return removed;
}

async function inBatches({ clock }: Needs, ageMs: number, signal: AbortSignal, remove: (next: NextRows) => Promise<Batch>): Promise<number> {
  const young = leastId(new Date(clock.now().getTime() - ageMs));
  let removed = 0;
  // Ids in hexadecimal digits sort as texts do.
  for (let after: string | null = firstId; after !== null && after < young && !signal.aborted; ) {
    const batch: Batch = await remove({ after, ageMs });
    removed += batch.removed;
    after = batch.last;
  }
  return removed;
}
