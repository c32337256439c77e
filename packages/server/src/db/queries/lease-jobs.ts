import { z } from "zod";
import { actionConfigSchema } from "../../domain/automation.ts";
import type { ActionConfig, ActionType } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import { eventColumns, eventOf } from "../rows/event-row.ts";
import type { EventRow } from "../rows/event-row.ts";
import { webhookOf } from "../rows/webhook-row.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { readRendered } from "../../domain/rendered-request.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { leastUuidAt } from "../../kit/ids.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** A job that this worker holds until its lease ends. */
export type LeasedJob = {
  executionId: string;
  entityId: number;
  /** Names the message to the receiver; of a redelivery of the same bytes it is the original's. */
  messageId: string;
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
  /** The circuit breaker is half-open: this is the one attempt that decides. */
  probe: boolean;
  /** Set once an attempt was made: the bytes are kept for all that follow. */
  rendered: RenderedRequest | null;
};

/** A job as it was taken, before what it refers to is read. */
export type TakenJob = { execution_id: string; entity_id: number; webhook_id: string | null; lease_token: number; attempt: number; failures: number; probe: boolean };

export type Taking = {
  limit: number;
  /** Of the database's clock. */
  leaseMs: number;
  /** Deliveries under way at once in one lane, where its webhook does not say otherwise. */
  laneConcurrency: number;
  /** The entity that was served last. */
  afterEntity: number;
  /** Fresh jobs of before are not looked for; null: all of them are, and leases that ran out. To be asked now and then. */
  freshSince: Date | null;
};

export type Taken = { jobs: TakenJob[]; /** There is more to take at once. */ more: boolean; lastEntity: number; /** There may be more fresh jobs than were looked at. */ unseen: boolean };

// What it does, and why, stands in migrations 0019 (lanes) and 0026. `due_at` becomes the end of the lease, so a job whose worker
// died comes up again by itself; its attempt, of which nobody knows the outcome, is recorded then.
const leaseDeliveries = sql("lease_jobs", "select jobs, more, last_entity, unseen from lease_deliveries($1, $2, $3, $4, $5)");

/** Takes due jobs from the lanes in turn. */
export async function takeDueJobs(db: Querier, taking: Taking): Promise<Taken> {
  const { limit, leaseMs, laneConcurrency, afterEntity, freshSince } = taking;
  const freshFrom = freshSince === null ? null : leastUuidAt(freshSince);
  const [row] = await db.query<{ jobs: TakenJob[] | null; more: boolean; last_entity: number; unseen: boolean }>(leaseDeliveries, [limit, leaseMs, laneConcurrency, afterEntity, freshFrom]);
  return { jobs: row?.jobs ?? [], more: row?.more ?? false, lastEntity: row?.last_entity ?? afterEntity, unseen: row?.unseen ?? false };
}

const readLeased = sql("lease_jobs_read", `
  select execution.id as execution_id, coalesce(execution.message_id, execution.id) as message_id, execution.rendered, execution.traceparent, execution.action_type, revision.name as automation_name, revision.action,
    ${eventColumns},
    to_json(webhook) as webhook
  from executions as execution
  join events as event on event.id = execution.event_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  left join webhooks as webhook on webhook.id = execution.webhook_id
  where execution.id = any ($1)`);

type LeasedRow = EventRow & {
  execution_id: string;
  message_id: string;
  rendered: unknown;
  traceparent: string | null;
  action_type: ActionType;
  automation_name: string;
  action: unknown;
  webhook: WebhookRow | null;
};

/** What the jobs refer to. A job whose execution was deleted meanwhile is left out. */
export async function readTakenJobs(db: Querier, taken: readonly TakenJob[]): Promise<LeasedJob[]> {
  const jobs = new Map(taken.map((job) => [job.execution_id, job]));
  const rows = await db.query<LeasedRow>(readLeased, [[...jobs.keys()]]);
  return rows.flatMap((row) => {
    const job = jobs.get(row.execution_id);
    return job === undefined ? [] : [leasedJobOf(job, row)];
  });
}

const leasedJobOf = (job: TakenJob, row: LeasedRow): LeasedJob => ({
  executionId: job.execution_id,
  messageId: row.message_id,
  entityId: job.entity_id,
  leaseToken: job.lease_token,
  attempt: job.attempt,
  failures: job.failures,
  probe: job.probe,
  event: eventOf(row),
  automationName: row.automation_name,
  actionType: row.action_type,
  action: z.parse(actionConfigSchema, row.action),
  webhook: row.webhook === null ? null : webhookOf(row.webhook),
  traceparent: row.traceparent,
  rendered: readRendered(row.rendered),
});

// They stay marked as leased, so that the next lease records the attempt that was interrupted.
const endLeases = sql("lease_jobs_end_all", "update delivery_jobs set due_at = now() where leased and due_at > now()");

/** Makes every leased job due now. For a database on which no other worker runs. */
export async function endAllLeases(db: Querier): Promise<void> {
  await db.query(endLeases, []);
}

const recount = sql("lease_jobs_recount", "select recount_lanes()");

/** Puts right the counts of what is under way, where jobs were deleted while workers held them. */
export async function recountLanes(db: Querier): Promise<void> {
  await db.query(recount, []);
}
