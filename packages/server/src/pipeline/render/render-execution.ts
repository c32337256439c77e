import type { LeasedJob } from "../../db/queries/lease-jobs.ts";
import { variablesOf } from "../../domain/event-variables.ts";
import type { Action, Rendered } from "../../ports/action/port.ts";

/**
 * The request of an execution, without its secrets. What an earlier attempt rendered is taken as it is, once the action
 * has agreed that it may still be sent: the webhook may have been disabled or deleted meanwhile.
 */
export function render(action: Action | undefined, job: LeasedJob): Rendered {
  if (action === undefined) return { ok: false, reason: "action_unknown" };
  // A redelivery of the same bytes that were never rendered says of itself what the original would have said.
  const rendered = action.render({
    executionId: job.executionId,
    event: job.event,
    automationName: job.automationName,
    action: job.action,
    webhook: job.webhook,
    variables: variablesOf(job.event, { automationName: job.automationName, executionId: job.messageId }),
  });
  return rendered.ok && job.rendered !== null ? { ok: true, request: job.rendered } : rendered;
}
