import type { LeasedJob } from "../../db/queries/lease-jobs.ts";
import type { Attempt } from "../../domain/execution.ts";
import { refusedAttempt } from "../../domain/execution.ts";
import { currentTraceparent } from "../../kit/unit-of-work.ts";
import type { Action, Rendered } from "../../ports/action/port.ts";
import type { OpenedSecrets } from "./open-secrets.ts";

/** Makes one attempt. Here, and only here, a request meets its secrets. */
export async function deliver(action: Action | undefined, job: LeasedJob, rendered: Rendered, opened: OpenedSecrets): Promise<Attempt> {
  if (!rendered.ok) return refusedAttempt(rendered.reason, rendered.detail);
  if (action === undefined) return refusedAttempt("action_unknown");
  if (!opened.ok) return refusedAttempt(opened.reason);
  return action.send({ executionId: job.executionId, messageId: job.messageId, traceparent: currentTraceparent(), request: rendered.request, webhook: job.webhook, secrets: opened.secrets, previousSecrets: opened.previous });
}
