import type { Transaction } from "../../db/database.ts";
import type { RedeliveryUnderWay } from "../../db/queries/redeliveries.ts";
import { cancelWaitingExecutions, findSelected, moveRedelivery, takeRedelivery } from "../../db/queries/redeliveries.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import type { Services } from "../services.ts";
import { selectionOf } from "./redelivery.ts";

type Needs = Pick<Services, "db" | "pipeline">;

const executionsPerStep = 200;

/**
 * Does what redeliveries that are under way have still to do, in transactions of 200 executions. Each notes how far it came,
 * so a process that is killed leaves nothing undone and nothing twice. Ends when nothing is left, or `stopping` says so.
 * Gives how many executions it planned or cancelled.
 */
export async function advanceRedeliveries(services: Needs, stopping: () => boolean = () => false): Promise<number> {
  let changed = 0;
  while (!stopping()) {
    const step = await advanceOne(services);
    if (step === null) break;
    changed += step;
  }
  return changed;
}

/** Takes one step of one redelivery, and gives how many executions it changed; null where there is no redelivery to advance. */
async function advanceOne(services: Needs): Promise<number | null> {
  return services.db.transaction(async (tx) => {
    noViewer("who asked for the redelivery was checked then");
    noEvent("a redelivery repeats events that are stored already");
    const redelivery = await takeRedelivery(tx);
    if (redelivery === null) return null;
    return redelivery.status === "cancelling" ? cancelSome(tx, redelivery) : planSome(services, tx, redelivery);
  });
}

async function planSome({ pipeline }: Pick<Services, "pipeline">, tx: Transaction, redelivery: RedeliveryUnderWay): Promise<number> {
  const executionIds = await findSelected(tx, selectionOf(redelivery), { after: redelivery.position, before: redelivery.id, limit: executionsPerStep });
  if (executionIds.length > 0) await pipeline.redeliver(tx, { executionIds, mode: redelivery.mode, redeliveryId: redelivery.id });
  await moveRedelivery(tx, redelivery.id, { planned: executionIds.length, cancelled: 0, position: executionIds.at(-1) ?? null, status: executionIds.length < executionsPerStep ? "done" : null });
  return executionIds.length;
}

async function cancelSome(tx: Transaction, redelivery: RedeliveryUnderWay): Promise<number> {
  const cancelled = await cancelWaitingExecutions(tx, redelivery.id, executionsPerStep);
  await moveRedelivery(tx, redelivery.id, { planned: 0, cancelled, position: null, status: cancelled < executionsPerStep ? "cancelled" : null });
  return cancelled;
}
