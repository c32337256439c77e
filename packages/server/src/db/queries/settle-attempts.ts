import type { Attempt, ExecutionStatus } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
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
  status: Extract<ExecutionStatus, "finished" | "failed" | "retrying">;
  reason: Reason | null;
  /** Milliseconds until the next attempt; null when none follows. */
  retryInMs: number | null;
};

// The fence: a job is deleted or put back only while its lease token is still the one that the worker was given. What
// follows is joined to those jobs, so that a worker which was frozen past its lease changes nothing at all. The lanes are
// locked in the order of their ids, as everywhere; a retry ranks behind an hour of fresh events (migration 0009).
const settleAttempts = sql("settle_attempts", `
  with settled as (
    select * from json_to_recordset($1) as row (
      execution_id uuid, lease_token bigint, number integer, started_at timestamptz, outcome text, attempt_reason text,
      request jsonb, response jsonb, timing jsonb, rendered jsonb, status text, reason text, retry_in_ms double precision)
  ), done as (
    delete from delivery_jobs as job using settled
    where job.execution_id = settled.execution_id and job.lease_token = settled.lease_token and settled.retry_in_ms is null
    returning job.execution_id, job.entity_id, job.lane_id, null::timestamptz as next_attempt_at
  ), again as (
    update delivery_jobs as job
    set due_at = now() + settled.retry_in_ms * interval '1 millisecond', rank = now() + settled.retry_in_ms * interval '1 millisecond' + interval '1 hour', leased = false, leased_at = null, failures = failures + 1
    from settled
    where job.execution_id = settled.execution_id and job.lease_token = settled.lease_token and settled.retry_in_ms is not null
    returning job.execution_id, job.entity_id, job.lane_id, job.due_at as next_attempt_at
  ), held as (
    select * from done union all select * from again
  ), freed as (
    select lane_id, count(*) as number, min(next_attempt_at) as next_attempt_at from held group by lane_id
  ), locked as materialized (
    select id from delivery_lanes where id in (select lane_id from freed) order by id for update
  ), lanes as (
    update delivery_lanes as lane
    set in_flight = greatest(0, in_flight - freed.number), crowded = false, ready_at = least(ready_at, freed.next_attempt_at)
    from locked join freed on freed.lane_id = locked.id
    where lane.id = locked.id
    returning lane.active
  ), stored as (
    insert into attempts (execution_id, number, entity_id, outcome, reason, request, response, timing, started_at, next_attempt_at)
    select execution_id, number, entity_id, outcome, attempt_reason, request, response, timing, started_at, next_attempt_at
    from settled join held using (execution_id)
  ), updated as (
    update executions as execution
    set status = settled.status, reason = settled.reason, attempt_count = settled.number, next_attempt_at = held.next_attempt_at,
      rendered = coalesce(execution.rendered, settled.rendered), finished_at = case when held.next_attempt_at is null then now() end
    from settled join held using (execution_id)
    where execution.id = settled.execution_id
  )
  select (select coalesce(json_agg(execution_id), '[]') from held) as held, coalesce((select bool_or(active) from lanes), false) as more`);

export type Stored = {
  /** The executions whose lease still held. */
  held: ReadonlySet<string>;
  /** In one of the lanes that have room now, something waits. */
  more: boolean;
};

/** Stores the outcomes in one statement, and gives back the room in their lanes. */
export async function storeSettlements(db: Querier, settlements: readonly Settlement[]): Promise<Stored> {
  const rows = settlements.map((one) => ({
    execution_id: one.executionId,
    lease_token: one.leaseToken,
    number: one.attemptNumber,
    started_at: one.startedAt,
    outcome: one.attempt.outcome,
    attempt_reason: one.attempt.reason,
    request: one.attempt.request,
    response: one.attempt.response,
    timing: one.attempt.timing,
    rendered: one.rendered,
    status: one.status,
    reason: one.reason,
    retry_in_ms: one.retryInMs,
  }));
  // PostgreSQL's JSON types hold no NUL; a receiver's answer may.
  const [stored] = await db.query<{ held: string[]; more: boolean }>(settleAttempts, [JSON.stringify(rows).replaceAll("\\u0000", "\\ufffd")]);
  return { held: new Set(stored?.held), more: stored?.more ?? false };
}

const disableWebhook = sql("disable_webhook", `
  update webhooks set enabled = false, disabled_reason = $2, updated_at = now() where id = any ($1) and enabled`);

export async function disableWebhooks(db: Querier, ids: readonly string[], reason: Reason): Promise<void> {
  await db.query(disableWebhook, [ids, reason]);
}
