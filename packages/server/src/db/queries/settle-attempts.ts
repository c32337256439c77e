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

/** When a lane's circuit breaker opens, and for how long. */
export type BreakerPolicy = {
  /** Failed attempts in a row that open it. */
  failures: number;
  /** How long an open one holds back everything before it lets one attempt through; doubled after each that fails. */
  probeMs: number;
  mostProbeMs: number;
  /** A webhook that had nothing but failures for so long is disabled. */
  disableAfterMs: number;
};

// The fence: a job is deleted or put back only while its lease token is still the one that the worker was given. What
// follows is joined to those jobs, so that a worker which was frozen past its lease changes nothing at all. The lanes are
// locked in the order of their ids, as everywhere; a retry ranks behind an hour of fresh events (migration 0019). Only
// the lane of a webhook has a circuit breaker: nobody could see that of another, or close it by hand.
const settleAttempts = sql("settle_attempts", `
  with settled as (
    select * from json_to_recordset($1) as row (
      execution_id uuid, lease_token bigint, number integer, started_at timestamptz, outcome text, attempt_reason text, detail text,
      request jsonb, response jsonb, timing jsonb, rendered jsonb, status text, reason text, retry_in_ms double precision, healthy boolean)
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
    select lane_id, count(*) as number, min(next_attempt_at) as next_attempt_at,
      coalesce(bool_or(healthy), false) as well, count(*) filter (where not healthy) as failed, max(attempt_reason) filter (where not healthy) as fault
    from held join settled using (execution_id) group by lane_id
  ), locked as materialized (
    select lane.*, freed.*, lane.opened_at is not null as was_open,
      well and (lane.opened_at is null or $2) as recovers,
      failed > 0 and not well and lane.webhook_id is not null and lane.opened_at is null and lane.failures + failed >= $3 as opens,
      failed > 0 and not well and lane.opened_at is not null and lane.held_until <= now() as stays_open
    from delivery_lanes as lane join freed on freed.lane_id = lane.id order by lane.id for update of lane
  ), lanes as (
    update delivery_lanes as lane
    set in_flight = greatest(0, lane.in_flight - locked.number), crowded = false,
      ready_at = case when was_open and recovers then now() else least(lane.ready_at, locked.next_attempt_at) end,
      failures = case when recovers then 0 else lane.failures + failed end,
      failing_since = case when recovers then null when failed > 0 then coalesce(lane.failing_since, now()) else lane.failing_since end,
      opened_at = case when recovers then null when opens then now() else lane.opened_at end,
      open_reason = case when recovers then null when opens or stays_open then fault else lane.open_reason end,
      probes = case when recovers then 0 when stays_open then lane.probes + 1 else lane.probes end,
      held_until = case when recovers then '-infinity' when opens then now() + $4 * interval '1 millisecond'
        when stays_open then now() + least($5, $4 * power(2, least(lane.probes, 20) + 1)) * interval '1 millisecond' else lane.held_until end
    from locked where lane.id = locked.id
    returning lane.active or (was_open and recovers) as active, lane.webhook_id, opens, was_open and recovers as recovers, fault,
      failed > 0 and not well and lane.failing_since <= now() - $6 * interval '1 millisecond' as hopeless
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
  select (select coalesce(json_agg(execution_id), '[]') from held) as held, coalesce((select bool_or(active) from lanes), false) as more,
    (select coalesce(json_agg(json_build_object('webhookId', webhook_id, 'opens', opens, 'recovers', recovers, 'hopeless', hopeless, 'fault', fault)), '[]')
      from lanes where webhook_id is not null and (opens or recovers or hopeless)) as turns`);

export type Stored = {
  /** The executions whose lease still held. */
  held: ReadonlySet<string>;
  /** In one of the lanes that have room now, something waits. */
  more: boolean;
  /** Webhooks whose circuit breaker changed, or that had nothing but failures for too long. */
  turns: readonly Turn[];
};

/** What an outcome meant for a webhook. `fault`: how the attempt failed. */
export type Turn = { webhookId: string; opens: boolean; recovers: boolean; hopeless: boolean; fault: Reason | null };

/**
 * Stores the outcomes in one statement, gives back the room in their lanes, and moves their circuit breakers. Without
 * `mayClose` a success leaves an open breaker open: whoever closes one has to be able to tell of it in the same transaction.
 */
export async function storeSettlements(db: Querier, settlements: readonly Settlement[], breaker: BreakerPolicy & { mayClose: boolean }): Promise<Stored> {
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
    healthy: one.healthy,
  }));
  // PostgreSQL's JSON types hold no NUL; a receiver's answer may.
  const [stored] = await db.query<{ held: string[]; more: boolean; turns: Turn[] }>(settleAttempts, [
    jsonbText(rows), breaker.mayClose, breaker.failures, breaker.probeMs, breaker.mostProbeMs, breaker.disableAfterMs,
  ]);
  return { held: new Set(stored?.held), more: stored?.more ?? false, turns: stored?.turns ?? [] };
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
