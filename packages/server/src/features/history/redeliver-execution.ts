import { findExecution } from "../../db/queries/executions.ts";
import type { ExecutionStatus } from "../../domain/execution.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { RedeliveryMode } from "../../domain/redelivery.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireRole } from "../access/index.ts";
import { editorRole } from "../automations/index.ts";
import type { Services } from "../services.ts";
import type { Execution } from "./execution.ts";
import { executionOf } from "./execution.ts";

/**
 * Plans a new execution that delivers an ended one again: the same bytes, or rendered anew; gives the new one. A conflict for an execution that
 * has not ended, or that was skipped and so never had anything to send. For those who may edit the automation.
 */
export async function redeliverExecution(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: { id: string; mode: RedeliveryMode }): Promise<Execution> {
  return services.db.transaction(async (tx) => {
    noEvent("a redelivery repeats an event that is stored already");
    const row = isUuid(input.id) ? await findExecution(tx, viewer.userId, input.id) : null;
    if (row === null || row.role === null) throw notFound("Execution");
    requireRole(row.role, editorRole(row.scope_kind), "in the scope of the automation");
    const refusal = refusalOf(row.status);
    if (refusal !== null) throw conflict(refusal);
    const [id] = await services.pipeline.redeliver(tx, { executionIds: [row.id], mode: input.mode, redeliveryId: null });
    const planned = id === undefined ? null : await findExecution(tx, viewer.userId, id);
    if (planned === null) throw new Error("The execution that was just planned is not there.");
    return executionOf(planned);
  });
}

function refusalOf(status: ExecutionStatus): string | null {
  switch (status) {
    case "finished":
    case "failed":
      return null;
    case "pending":
    case "running":
    case "retrying":
      return `The execution is still ${status}; only one that has ended can be delivered again.`;
    case "skipped":
    case "cancelled":
      return `The execution was ${status}: it has nothing to deliver again.`;
  }
}
