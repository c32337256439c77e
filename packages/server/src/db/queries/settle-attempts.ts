import type { Attempt, ExecutionStatus } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { jsonbText } from "../../kit/jsonb-text.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** An attempt and what was decided after it, to be stored. */
export type Settlement = {
  executionId: string;
  leaseToken: number;
  attemptNumber: number;
  startedAt: Date;
  attempt: Attempt;
  rendered: RenderedRequest | null;
  status: Extract<ExecutionStatus, "finished" | "failed" | "retrying" | "skipped">;
  reason: Reason | null;
  /** Milliseconds until the next attempt; null when none follows. */
  retryInMs: number | null;
  /** Whether it shows that the receiver is well, or that it is not; null where it shows neither. */
  healthy: boolean | null;
};

// The fence: a job is deleted or put back only while its lease token is still the one that the worker was given. What
// follows is joined to those jobs, so that a worker which was frozen past its lease changes nothing at all. A retry ranks
// behind an hour of fresh events (migration 0019). Lanes are left alone: whoever locked them here would hold them until the
// commit is on the disk, and every lease of theirs would wait for that.
const settleAttempts = sql("settle_attempts", `
  with settled as (
    select * from json_to_recordset($1) as row (
      execution_id uuid, lease_token bigint, number integer, started_at timestamptz, outcome text, attempt_reason text, detail text,
      request jsonb, response jsonb, timing jsonb, rendered jsonb, status text, reason text, retry_in_ms double precision)
  ), done as (
    delete from delivery_jobs as job using settled
    where job.execution_id = settled.execution_id and job.lease_token = settled.lease_token and settled.retry_in_ms is null
    returning job.execution_id, job.lane_id, job.entity_id, null::timestamptz as next_attempt_at
  ), again as (
    update delivery_jobs as job
    set due_at = now() + settled.retry_in_ms * interval '1 millisecond', rank = now() + settled.retry_in_ms * interval '1 millisecond' + interval '1 hour', leased = false, leased_at = null, failures = failures + 1
    from settled
    where job.execution_id = settled.execution_id and job.lease_token = settled.lease_token and settled.retry_in_ms is not null
    returning job.execution_id, job.lane_id, job.entity_id, job.due_at as next_attempt_at
  ), held as (
    select * from done union all select * from again
  ), stored as (
    insert into attempts (execution_id, number, entity_id, outcome, reason, detail, request, response, timing, started_at, next_attempt_at)
    select execution_id, number, entity_id, outcome, attempt_reason, detail, request, response, timing, started_at, next_attempt_at
    from settled join held using (execution_id)
  ), updated as (
    update executions as execution
    set status = settled.status, reason = settled.reason, attempt_count = settled.number, next_attempt_at = held.next_attempt_at,
      rendered = coalesce(execution.rendered, settled.rendered), finished_at = case when held.next_attempt_at is null then now() end
    from settled join held using (execution_id)
    where execution.id = settled.execution_id
  )
  select execution_id, lane_id, next_attempt_at, pg_current_xact_id()::text as xid from held`);

/** An execution whose lease still held when its attempt was stored. */
export type HeldJob = { execution_id: string; lane_id: string; next_attempt_at: Date | null; /** The transaction that stored it. */ xid: string };

/** Stores the outcomes in one statement. The room that they leave in their lanes is given back by freeLanes. */
export async function storeSettlements(db: Querier, settlements: readonly Settlement[]): Promise<HeldJob[]> {
  const rows = settlements.map((one) => ({
    execution_id: one.executionId,
    lease_token: one.leaseToken,
    number: one.attemptNumber,
    started_at: one.startedAt,
    outcome: one.attempt.outcome,
    attempt_reason: one.attempt.reason,
    detail: one.attempt.detail ?? null,
    request: one.attempt.request,
    response: one.attempt.response,
    timing: one.attempt.timing,
    rendered: one.rendered,
    status: one.status,
    reason: one.reason,
    retry_in_ms: one.retryInMs,
  }));
  // PostgreSQL's JSON types hold no NUL; a receiver's answer may.
  return await db.query<HeldJob>(settleAttempts, [jsonbText(rows)]);
}

const disableWebhook = sql("disable_webhook", `
  with disabled as (
    update webhooks set enabled = false, disabled_reason = $2, updated_at = now() where id = any ($1) and enabled returning id, entity_id, name
  ), noted as (
    insert into audit_entries (entity_id, entity_name, action, object_type, object_id, object_name, before, after)
    select disabled.entity_id, entities.name, 'webhook.disable', 'webhook', disabled.id, disabled.name, '{"enabled": true}', json_build_object('enabled', false, 'reason', $2::text)
    from disabled join entities on entities.id = disabled.entity_id
  )
  select id from disabled`);

/** Disables those that are enabled, notes it in the audit log of their teams, and gives their ids. */
export async function disableWebhooks(db: Querier, ids: readonly string[], reason: Reason): Promise<string[]> {
  return (await db.query<{ id: string }>(disableWebhook, [ids, reason])).map(({ id }) => id);
}

export type WebhookSubjectRow = { id: string; name: string; entity_id: number; entity_name: string };

const subjects = sql("settle_webhook_subjects", `
  select webhook.id, webhook.name, entity.id as entity_id, entity.name as entity_name
  from webhooks as webhook join entities as entity on entity.id = webhook.entity_id where webhook.id = any ($1)`);

/** What events say of the webhooks. */
export const findWebhookSubjects = (db: Querier, ids: readonly string[]): Promise<WebhookSubjectRow[]> => db.query<WebhookSubjectRow>(subjects, [ids]);
