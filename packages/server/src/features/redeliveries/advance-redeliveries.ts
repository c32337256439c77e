import type { Transaction } from "../../db/database.ts";
import type { RedeliveryUnderWay } from "../../db/queries/redeliveries.ts";
import { cancelWaitingExecutions, findSelected, moveRedelivery, takeRedelivery } from "../../db/queries/redeliveries.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import type { Services } from "../services.ts";
import { selectionOf } from "./redelivery.ts";

type Needs = Pick<Services, "db" | "pipeline">;

const step = 200;

/**
 * Does what redeliveries that are under way have still to do, in transactions of 200 executions. Each notes how far it came,
 * so a process that is killed leaves nothing undone and nothing twice. Ends when nothing is left, or `stopping` says so.
 */
export async function advanceRedeliveries(services: Needs, stopping: () => boolean = () => false): Promise<void> {
  while (!stopping() && (await advanceOne(services)));
}

/** Takes one step of one redelivery; false where there is none. */
async function advanceOne(services: Needs): Promise<boolean> {
  return services.db.transaction(async (tx) => {
    noViewer("who asked for the redelivery was checked then");
    noEvent("a redelivery repeats events that are stored already");
    const redelivery = await takeRedelivery(tx);
    if (redelivery === null) return false;
    await (redelivery.status === "cancelling" ? cancelSome(tx, redelivery) : planSome(services, tx, redelivery));
    return true;
  });
}

async function planSome({ pipeline }: Pick<Services, "pipeline">, tx: Transaction, redelivery: RedeliveryUnderWay): Promise<void> {
  const executionIds = await findSelected(tx, selectionOf(redelivery), { after: redelivery.position, before: redelivery.id, limit: step });
  if (executionIds.length > 0) await pipeline.redeliver(tx, { executionIds, mode: redelivery.mode, redeliveryId: redelivery.id });
  await moveRedelivery(tx, redelivery.id, { planned: executionIds.length, cancelled: 0, position: executionIds.at(-1) ?? null, status: executionIds.length < step ? "done" : null });
}

async function cancelSome(tx: Transaction, redelivery: RedeliveryUnderWay): Promise<void> {
  const cancelled = await cancelWaitingExecutions(tx, redelivery.id, step);
  await moveRedelivery(tx, redelivery.id, { planned: 0, cancelled, position: null, status: cancelled < step ? "cancelled" : null });
}
