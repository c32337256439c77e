import { z } from "zod";
import { actionConfigSchema } from "../../domain/automation.ts";
import type { ActionConfig, ActionType } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import { eventOf } from "../rows/event-row.ts";
import type { EventRow } from "../rows/event-row.ts";
import { webhookOf } from "../rows/webhook-row.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { readRendered } from "../../domain/rendered-request.ts";
import type { Webhook } from "../../domain/webhook.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** A job that this worker holds until its lease ends. */
export type LeasedJob = {
  executionId: string;
  entityId: number;
  /** Fences: what is stored about this job is stored only while the token is still the row's. */
  leaseToken: number;
  /** Number of the attempt to be made, from 1. */
  attempt: number;
  /** Settled failures before this attempt. */
  failures: number;
  event: Event;
  automationName: string;
  actionType: ActionType;
  action: ActionConfig;
  webhook: Webhook | null;
  /** The trace that the execution belongs to; null for none. */
  traceparent: string | null;
  /** Set once an attempt was made: the bytes are kept for all that follow. */
  rendered: RenderedRequest | null;
};

// Why this shape: the array subselect makes PostgreSQL take the rows once, in the order of the index, skip what other
// workers hold, and update by primary key (62-99k jobs/s in stack.md). `due_at` becomes the end of the lease, so a job
// whose worker died comes up again by itself; its attempt, of which nobody knows the outcome, is recorded here.
const leaseDueJobs = sql("lease_jobs", `
  with due as materialized (
    select execution_id, leased, attempt, leased_at, entity_id from delivery_jobs
    where due_at <= now() order by due_at limit $1 for update skip locked
  ), interrupted as (
    insert into attempts (execution_id, number, entity_id, outcome, reason, started_at)
    select execution_id, attempt, entity_id, 'interrupted', 'interrupted', leased_at from due where leased
    on conflict do nothing
  ), taken as (
    update delivery_jobs as job
    set due_at = now() + $2 * interval '1 millisecond', lease_token = lease_token + 1, leased = true, leased_at = now(), attempt = attempt + 1
    where execution_id = any (array(select execution_id from due))
    returning job.execution_id, job.entity_id, job.lease_token, job.attempt, job.failures
  )
  select taken.execution_id, taken.entity_id, taken.lease_token, taken.attempt, taken.failures, execution.rendered, execution.traceparent, execution.action_type,
    revision.name as automation_name, revision.action,
    event.id as event_id, event.type as event_type, event.author as event_author, event.subject as event_subject, event.created_at as event_at,
    to_json(webhook) as webhook
  from taken
  join executions as execution on execution.id = taken.execution_id
  join events as event on event.id = execution.event_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  left join webhooks as webhook on webhook.id = execution.webhook_id`);

type LeasedRow = EventRow & {
  execution_id: string;
  entity_id: number;
  lease_token: number;
  attempt: number;
  failures: number;
  rendered: unknown;
  traceparent: string | null;
  action_type: ActionType;
  automation_name: string;
  action: unknown;
  webhook: WebhookRow | null;
};

/** Takes up to `limit` due jobs for `leaseMs` milliseconds of the database's clock. */
export async function takeDueJobs(db: Querier, limit: number, leaseMs: number): Promise<LeasedJob[]> {
  const rows = await db.query<LeasedRow>(leaseDueJobs, [limit, leaseMs]);
  return rows.map((row) => ({
    executionId: row.execution_id,
    entityId: row.entity_id,
    leaseToken: row.lease_token,
    attempt: row.attempt,
    failures: row.failures,
    event: eventOf(row),
    automationName: row.automation_name,
    actionType: row.action_type,
    action: z.parse(actionConfigSchema, row.action),
    webhook: row.webhook === null ? null : webhookOf(row.webhook),
    traceparent: row.traceparent,
    rendered: readRendered(row.rendered),
  }));
}

// They stay marked as leased, so that the next lease records the attempt that was interrupted.
const endLeases = sql("lease_jobs_end_all", "update delivery_jobs set due_at = now() where leased and due_at > now()");

/** Makes every leased job due now. For a database on which no other worker runs. */
export async function endAllLeases(db: Querier): Promise<void> {
  await db.query(endLeases, []);
}
