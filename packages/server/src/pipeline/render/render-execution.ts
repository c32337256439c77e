import type { LeasedJob } from "../../db/queries/lease-jobs.ts";
import { variablesOf } from "../../domain/event-variables.ts";
import { hideTokenOf } from "../../domain/outcome/callback-token.ts";
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
  if (!rendered.ok) return withoutToken(rendered, job.messageId);
  return job.rendered === null ? rendered : { ok: true, request: job.rendered };
}

/** What a template complains about may quote the address to report to, and stands in the history. */
const withoutToken = ({ detail, ...rendered }: Extract<Rendered, { ok: false }>, messageId: string): Rendered =>
  detail === undefined ? rendered : { ...rendered, detail: hideTokenOf(messageId, detail) };
