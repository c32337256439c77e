import type { LeasedJob } from "../../db/queries/lease-jobs.ts";
import { variablesOf } from "../../domain/event-variables.ts";
import type { Action, Rendered } from "../../ports/action/port.ts";

/** What rendering takes of a job; a preview renders what was never leased. */
export type Renderable = Pick<LeasedJob, "executionId" | "messageId" | "event" | "automationName" | "action" | "webhook" | "rendered">;

/**
 * The request of an execution, without its secrets. What an earlier attempt rendered is taken as it is, once the action
 * has agreed that it may still be sent: the webhook may have been disabled or deleted meanwhile.
 */
export async function render(action: Action | undefined, job: Renderable, callbackUrl: string): Promise<Rendered> {
  if (action === undefined) return { ok: false, reason: "action_unknown" };
  // A redelivery of the same bytes that were never rendered says of itself what the original would have said.
  const rendered = await action.render({
    executionId: job.executionId,
    event: job.event,
    automationName: job.automationName,
    action: job.action,
    webhook: job.webhook,
    variables: variablesOf(job.event, { automationName: job.automationName, executionId: job.messageId, callbackUrl }),
    earlier: job.rendered,
  });
  return rendered.ok && job.rendered !== null ? { ok: true, request: job.rendered } : rendered;
}
