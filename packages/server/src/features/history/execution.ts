import { z } from "zod";
import type { AttemptRow, ExecutionRow } from "../../db/queries/executions.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import type { ActionType } from "../../domain/automation.ts";
import type { AnyScopeKind } from "../../domain/event.ts";
import type { AttemptOutcome, ExecutionStatus, RequestRecord, ResponseRecord, TimingRecord } from "../../domain/execution.ts";
import type { Report } from "../../domain/outcome/report.ts";
import type { RedeliveryMode } from "../../domain/redelivery.ts";
import type { Reason } from "../../domain/reason.ts";
import { reasons } from "../../domain/reason.ts";
import type { EventSummary } from "../events/index.ts";
import { summaryOf } from "../events/index.ts";

/** A reason as it is shown: its code, which never changes, and what it means. */
export type ShownReason = { code: Reason; text: string };

/** What a receiver reported of the work that a delivery began. */
export type ShownOutcome = Report & { reportedAt: Date };

export type Execution = {
  id: string;
  /** Name of the entity that owns the automation's scope. */
  entity: string;
  /** With the name that it had when it fired. */
  automation: { id: string; name: string; revision: number };
  scopeKind: AnyScopeKind;
  event: EventSummary;
  action: ActionType;
  webhookId: string | null;
  status: ExecutionStatus;
  reason: ShownReason | null;
  /** The execution that this one delivers again. */
  redeliveryOf: string | null;
  redeliveryMode: RedeliveryMode | null;
  /** The redelivery of many that it is part of. */
  redeliveryId: string | null;
  /** What the receiver sees as `webhook-id`, without its prefix. */
  messageId: string;
  /** The execution whose receiver made the change, where it said so. */
  causedBy: string | null;
  /** How many deliveries lie behind the event. */
  depth: number;
  /** The latest that the receiver reported to the callback address; null where it did not. */
  outcome: ShownOutcome | null;
  attemptCount: number;
  nextAttemptAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
};

export type ShownAttempt = {
  number: number;
  outcome: AttemptOutcome;
  reason: ShownReason | null;
  /** What exactly was wrong, where the reason alone does not say it. */
  detail: string | null;
  /** As it was sent, secrets masked; null where nothing was sent. */
  request: RequestRecord | null;
  response: ResponseRecord | null;
  timing: TimingRecord | null;
  startedAt: Date;
  finishedAt: Date;
  /** When the next attempt was to start; null where none was to follow. */
  nextAttemptAt: Date | null;
};

export const shownReason = (reason: Reason | null): ShownReason | null => (reason === null ? null : { code: reason, text: reasons[reason] });

export const executionOf = (row: ExecutionRow): Execution => ({
  id: row.id,
  entity: row.entity_name,
  automation: { id: row.automation_id, name: row.automation_name, revision: row.revision },
  scopeKind: row.scope_kind,
  event: summaryOf(eventOf(row)),
  action: row.action_type,
  webhookId: row.webhook_id,
  status: row.status,
  reason: shownReason(row.reason),
  redeliveryOf: row.redelivery_of,
  redeliveryMode: row.redelivery_mode,
  redeliveryId: row.redelivery_id,
  messageId: row.message_id,
  causedBy: row.caused_by,
  depth: row.depth,
  outcome: outcomeOf(row),
  attemptCount: row.attempt_count,
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

const outcomeOf = ({ outcome_status: status, outcome_message: message, outcome_url: url, outcome_at: reportedAt }: ExecutionRow): ShownOutcome | null =>
  status === null || reportedAt === null ? null : { status, message, url, reportedAt };

const headers = z.record(z.string(), z.string());
const requestSchema = z.object({ method: z.string(), url: z.string(), headers, body: z.string().nullable() }) satisfies z.ZodType<RequestRecord>;
const responseSchema = z.object({ status: z.number(), headers, body: z.string(), bodyTruncated: z.boolean() }) satisfies z.ZodType<ResponseRecord>;
const ms = z.number().nullable();
const timingSchema = z.object({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, totalMs: z.number() }) satisfies z.ZodType<TimingRecord>;

export const attemptOf = (row: AttemptRow): ShownAttempt => ({
  number: row.number,
  outcome: row.outcome,
  reason: shownReason(row.reason),
  detail: row.detail,
  request: z.parse(requestSchema.nullable(), row.request),
  response: z.parse(responseSchema.nullable(), row.response),
  timing: z.parse(timingSchema.nullable(), row.timing),
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  nextAttemptAt: row.next_attempt_at,
});
