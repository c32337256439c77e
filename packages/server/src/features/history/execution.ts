import { findEventType } from "@bellhop/contract";
import { z } from "zod";
import type { AttemptRow, ExecutionRow } from "../../db/queries/executions.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import type { Event, ScopeKind } from "../../domain/event.ts";
import type { AttemptOutcome, ExecutionStatus, RequestRecord, ResponseRecord, TimingRecord } from "../../domain/execution.ts";
import type { RedeliveryMode } from "../../domain/redelivery.ts";
import type { Reason } from "../../domain/reason.ts";
import { reasons } from "../../domain/reason.ts";

/** A reason as it is shown: its code, which never changes, and what it means. */
export type ShownReason = { code: Reason; text: string };

export type EventSummary = {
  id: string;
  type: string;
  author: string;
  at: Date;
  entity: string;
  /** Null for events of webhooks. */
  project: string | null;
  /** Null for events of runs and webhooks. */
  collection: string | null;
  /** v0, v1, …; null for events of the collection itself. */
  version: string | null;
  alias: string | null;
  tag: string | null;
  run: { id: string; name: string; state: string } | null;
  webhook: { id: string; name: string; state: string } | null;
};

export type Execution = {
  id: string;
  /** Name of the entity that owns the automation's scope. */
  entity: string;
  /** With the name that it had when it fired. */
  automation: { id: string; name: string; revision: number };
  scopeKind: ScopeKind;
  event: EventSummary;
  action: string;
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
  attemptCount: number;
  nextAttemptAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
};

export type ShownAttempt = {
  number: number;
  outcome: AttemptOutcome;
  reason: ShownReason | null;
  /** As it was sent, secrets masked; null where nothing was sent. */
  request: RequestRecord | null;
  response: ResponseRecord | null;
  timing: TimingRecord | null;
  startedAt: Date;
  finishedAt: Date;
  /** When the next attempt was to start; null where none was to follow. */
  nextAttemptAt: Date | null;
};

const shownReason = (reason: Reason | null): ShownReason | null => (reason === null ? null : { code: reason, text: reasons[reason] });

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
  attemptCount: row.attempt_count,
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

const summaryOf = ({ id, type, author, at, subject }: Event): EventSummary => ({
  id,
  type: findEventType(type)?.friendlyName ?? type,
  author,
  at,
  entity: subject.entityName,
  project: subject.kind === "webhook" ? null : subject.projectName,
  collection: "collectionName" in subject ? subject.collectionName : null,
  version: subject.kind === "artifact" ? `v${subject.versionIndex}` : null,
  alias: subject.kind === "artifact" ? subject.alias : null,
  tag: "tag" in subject ? subject.tag : null,
  run: subject.kind === "run" ? { id: subject.runName, name: subject.displayName, state: subject.entered } : null,
  webhook: subject.kind === "webhook" ? { id: subject.webhookId, name: subject.webhookName, state: subject.state } : null,
});

const headers = z.record(z.string(), z.string());
const requestSchema = z.object({ method: z.string(), url: z.string(), headers, body: z.string().nullable() }) satisfies z.ZodType<RequestRecord>;
const responseSchema = z.object({ status: z.number(), headers, body: z.string(), bodyTruncated: z.boolean() }) satisfies z.ZodType<ResponseRecord>;
const ms = z.number().nullable();
const timingSchema = z.object({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, totalMs: z.number() }) satisfies z.ZodType<TimingRecord>;

export const attemptOf = (row: AttemptRow): ShownAttempt => ({
  number: row.number,
  outcome: row.outcome,
  reason: shownReason(row.reason),
  request: z.parse(requestSchema.nullable(), row.request),
  response: z.parse(responseSchema.nullable(), row.response),
  timing: z.parse(timingSchema.nullable(), row.timing),
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  nextAttemptAt: row.next_attempt_at,
});
