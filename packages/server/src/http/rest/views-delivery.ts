import type { attemptSchema, backlogSchema, executionSchema, executionWithAttemptsSchema, reportSchema, webhookSchema, webhookTestSchema } from "@bellhop/contract";
import type { z } from "zod";
import type { ActionType } from "../../domain/automation.ts";
import type { Attempt } from "../../domain/execution.ts";
import { isReason, reasons } from "../../domain/reason.ts";
import type { Execution, ShownAttempt, ShownCause, ShownReport } from "../../features/history/index.ts";
import type { Backlog, SavedWebhook } from "../../features/webhooks/index.ts";

/** How webhooks and deliveries look over REST. */

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

export const showReason = (reason: string | null): { code: string; text: string } | null =>
  reason === null ? null : { code: reason, text: isReason(reason) ? reasons[reason] : reason };

export const showWebhook = (webhook: SavedWebhook): z.input<typeof webhookSchema> => ({
  id: webhook.id,
  team: webhook.team,
  name: webhook.name,
  url: webhook.url,
  accessToken: webhook.accessToken,
  secret: webhook.signingSecret,
  secrets: [...webhook.secretNames],
  method: webhook.method,
  timeoutSeconds: webhook.timeoutMs / 1000,
  retrySchedule: webhook.retryScheduleMs?.map((ms) => ms / 1_000) ?? null,
  concurrency: webhook.concurrency,
  signatureEncoding: webhook.signatureEncoding,
  headers: webhook.headers,
  enabled: webhook.enabled,
  breaker: {
    ...webhook.breaker,
    reason: showReason(webhook.breaker.reason),
    since: time(webhook.breaker.since),
    probeAt: time(webhook.breaker.probeAt),
    failingSince: time(webhook.breaker.failingSince),
  },
  disabledReason: showReason(webhook.disabledReason),
  createdBy: webhook.createdBy,
  createdAt: webhook.createdAt.toISOString(),
  updatedAt: webhook.updatedAt.toISOString(),
});

export const showBacklog = (backlog: Backlog): z.input<typeof backlogSchema> => ({ ...backlog, oldestAt: time(backlog.oldestAt), nextAttemptAt: time(backlog.nextAttemptAt) });

export const showTest = ({ outcome, reason, detail, request, response, timing }: Attempt): z.input<typeof webhookTestSchema> =>
  ({ outcome, reason: showReason(reason), detail: detail ?? null, request, response, timing });

/** The names of actions over REST. */
export const shownActions: Readonly<Record<ActionType, z.input<typeof executionSchema>["action"]>> = { GENERIC_WEBHOOK: "webhook", NO_OP: "no_op", RUN_HOOK: "run_hook" };

export const showExecution = (execution: Execution): z.input<typeof executionSchema> => ({
  ...execution,
  action: shownActions[execution.action],
  event: { ...execution.event, at: execution.event.at.toISOString() },
  outcome: execution.outcome === null ? null : { ...execution.outcome, reportedAt: execution.outcome.reportedAt.toISOString() },
  nextAttemptAt: time(execution.nextAttemptAt),
  createdAt: execution.createdAt.toISOString(),
  finishedAt: time(execution.finishedAt),
});

export const showAttempt = (attempt: ShownAttempt): z.input<typeof attemptSchema> =>
  ({ ...attempt, startedAt: attempt.startedAt.toISOString(), finishedAt: attempt.finishedAt.toISOString(), nextAttemptAt: time(attempt.nextAttemptAt) });

export const showReport = (report: ShownReport): z.input<typeof reportSchema> => ({ ...report, reportedAt: report.reportedAt.toISOString() });

export const showCause = (cause: ShownCause): z.input<typeof executionWithAttemptsSchema>["causes"][number] => ({ ...cause, createdAt: cause.createdAt.toISOString() });
