import type { OldIds } from "../../db/queries/retention.ts";
import { removeOldEvents, removeOldExecutions } from "../../db/queries/retention.ts";
import { leastId } from "../../kit/id-range.ts";
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

const firstId = "00000000-0000-0000-0000-000000000000";

async function inBatches({ clock }: Needs, ageMs: number, signal: AbortSignal, remove: (which: OldIds) => Promise<string[]>): Promise<number> {
  const before = leastId(new Date(clock.now().getTime() - ageMs));
  let removed = 0;
  for (let after = firstId; !signal.aborted; ) {
    const ids = await remove({ after, before, ageMs, limit: batchRows });
    removed += ids.length;
    if (ids.length < batchRows) break;
    // Ids in hexadecimal digits sort as texts do.
    after = ids.reduce((greatest, id) => (id > greatest ? id : greatest), after);
  }
  return removed;
}
