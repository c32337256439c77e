import type { ActionConfig, ActionType } from "../../domain/automation.ts";
import { actionConfigSchema, findActionType } from "../../domain/automation.ts";
import type { AnyScopeKind, Event } from "../../domain/event.ts";
import type { KeptSelection, RedeliveryMode, RedeliveryStatus } from "../../domain/redelivery.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { readRendered } from "../../domain/rendered-request.ts";
import type { Role } from "../../domain/viewer.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { leastId } from "../../kit/id-range.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";
import { eventColumns, eventOf } from "../rows/event-row.ts";
import type { EventRow } from "../rows/event-row.ts";
import { webhookOf } from "../rows/webhook-row.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";
import { roleInAutomation } from "./role-in-automation.ts";
import { seesEvent } from "./sees-event.ts";

export type RedeliveryRow = {
  id: string;
  entity_id: number;
  entity_name: string;
  requested_by: string | null;
  mode: RedeliveryMode;
  automation_id: string | null;
  /** The automation is a hook of a run. */
  of_hook: boolean;
  webhook_id: string | null;
  since: Date | null;
  execution_ids: string[] | null;
  status: RedeliveryStatus;
  total: number;
  planned: number;
  cancelled: number;
  /** Of those that were planned: how many were delivered, and how many failed for good. */
  delivered: number;
  failed: number;
  created_at: Date;
  finished_at: Date | null;
  /** The user's role in the entity. */
  role: Role | null;
};

const read = sql("redeliveries_read", `
  select redelivery.id, redelivery.entity_id, entity.name as entity_name, requester.username as requested_by, redelivery.mode, redelivery.automation_id,
    automation.scope_kind is not distinct from 'run' as of_hook, redelivery.webhook_id, redelivery.since, redelivery.execution_ids, redelivery.status, redelivery.total, redelivery.planned, redelivery.cancelled,
    progress.delivered, progress.failed, redelivery.created_at, redelivery.finished_at, role_in_entity($2, redelivery.entity_id) as role
  from redeliveries as redelivery join entities as entity on entity.id = redelivery.entity_id
  left join users as requester on requester.id = redelivery.requested_by
  left join automations as automation on automation.id = redelivery.automation_id
  cross join lateral (
    select count(*) filter (where status = 'finished') as delivered, count(*) filter (where status = 'failed') as failed
    from executions where redelivery_id = redelivery.id) as progress
  where redelivery.id = $1`);

export async function findRedelivery(db: Querier, userId: number, id: string): Promise<RedeliveryRow | null> {
  const [row] = await db.query<RedeliveryRow>(read, [id, userId]);
  return row ?? null;
}

const insert = sql("redeliveries_insert", `
  insert into redeliveries (id, entity_id, requested_by, mode, automation_id, webhook_id, since, execution_ids, total) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`);

export type NewRedelivery = { id: string; entityId: number; userId: number; mode: RedeliveryMode; selection: KeptSelection; total: number };

export async function insertRedeliveryJob(tx: Transaction, { id, entityId, userId, mode, selection, total }: NewRedelivery): Promise<void> {
  const [automation, webhook, ids] = [selection.by === "automation" || selection.by === "hook" ? selection.id : null, selection.by === "webhook" ? selection.id : null, selection.by === "executions" ? [...selection.ids] : null];
  await tx.query(insert, [id, entityId, userId, mode, automation, webhook, selection.by === "executions" ? null : selection.since, ids, total]);
}

// Of executions that were redelivered already only the last of the line counts: the others are answered for by it.
const stands = "not exists (select from executions as later where later.redelivery_of = execution.id)";
const failed = `execution.status = 'failed' and execution.id > $2 and execution.id < $3 and execution.created_at >= $4 and ${stands}`;

// A hook is an automation: its executions are found alike.
const selecting = {
  hook: sql("redeliveries_next_hook", `select execution.id from executions as execution where execution.automation_id = $1 and ${failed} order by execution.id limit $5`),
  automation: sql("redeliveries_next_automation", `select execution.id from executions as execution where execution.automation_id = $1 and ${failed} order by execution.id limit $5`),
  webhook: sql("redeliveries_next_webhook", `select execution.id from executions as execution where execution.webhook_id = $1 and ${failed} order by execution.id limit $5`),
} as const;

const counting = {
  hook: sql("redeliveries_count_hook", `select count(*) as count from executions as execution where execution.automation_id = $1 and ${failed}`),
  automation: sql("redeliveries_count_automation", `select count(*) as count from executions as execution where execution.automation_id = $1 and ${failed}`),
  webhook: sql("redeliveries_count_webhook", `select count(*) as count from executions as execution where execution.webhook_id = $1 and ${failed}`),
} as const;

const ofList = sql("redeliveries_next_listed", `
  select id from executions where id = any ($1) and id > $2 and status in ('finished', 'failed') order by id limit $3`);

/** Ids of executions that the selection holds, between the two ids, in their order. */
export async function findSelected(db: Querier, selection: KeptSelection, range: { after: string; before: string; limit: number }): Promise<string[]> {
  const rows = selection.by === "executions"
    ? await db.query<{ id: string }>(ofList, [selection.ids, range.after, range.limit])
    : await db.query<{ id: string }>(selecting[selection.by], [selection.id, laterOf(range.after, leastId(selection.since)), range.before, selection.since ?? new Date(0), range.limit]);
  return rows.map(({ id }) => id);
}

const laterOf = (one: string, other: string): string => (one > other ? one : other);

/** How many executions that failed the selection holds, of those before the id. */
export async function countFailed(db: Querier, selection: Exclude<KeptSelection, { by: "executions" }>, before: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(counting[selection.by], [selection.id, leastId(selection.since), before, selection.since ?? new Date(0)]);
  return row?.count ?? 0;
}

// Hook by hook, those among them that the run had before; each is a probe of the index of what failed.
const ofRun = sql("redeliveries_of_run", `
  select page.id from automations as hook cross join lateral (
    select execution.id from executions as execution where execution.automation_id = hook.id and ${failed} order by execution.id limit $5
  ) as page where hook.scope_kind = 'run' and hook.scope_id = $1 order by page.id limit $5`);

/** Ids of executions of the run's hooks that failed, of those before the id, at most `limit`. */
export async function findFailedOfRun(db: Querier, runId: number, of: { since: Date | null; before: string; limit: number }): Promise<string[]> {
  const rows = await db.query<{ id: string }>(ofRun, [runId, leastId(of.since), of.before, of.since ?? new Date(0), of.limit]);
  return rows.map(({ id }) => id);
}

const hook = sql("redeliveries_hook", "select entity_id, role_in_project($1, project_id) as role from automations where id = $2 and scope_kind = 'run'");

/** A hook of a run, also one that its run no longer has, with the user's role in the run's project. */
export async function findHook(db: Querier, userId: number, id: string): Promise<{ entity_id: number; role: Role | null } | null> {
  const [row] = await db.query<{ entity_id: number; role: Role | null }>(hook, [userId, id]);
  return row ?? null;
}

export type RedeliveryUnderWay = { id: string; mode: RedeliveryMode; status: "running" | "cancelling"; automation_id: string | null; webhook_id: string | null; since: Date | null; execution_ids: string[] | null; position: string };

// Each of several workers takes another one; whoever dies in the middle gives it back with its transaction.
const take = sql("redeliveries_take", `
  select id, mode, status, automation_id, webhook_id, since, execution_ids, position from redeliveries
  where status in ('running', 'cancelling') order by id limit 1 for update skip locked`);

export async function takeRedelivery(tx: Transaction): Promise<RedeliveryUnderWay | null> {
  const [row] = await tx.query<RedeliveryUnderWay>(take, []);
  return row ?? null;
}

const move = sql("redeliveries_move", `
  update redeliveries set planned = planned + $2, cancelled = cancelled + $3, position = coalesce($4, position), status = coalesce($5, status),
    finished_at = case when $5 is null then null else now() end
  where id = $1`);

/** Notes the progress; `status` where it ends. */
export async function moveRedelivery(tx: Transaction, id: string, step: { planned: number; cancelled: number; position: string | null; status: "done" | "cancelled" | null }): Promise<void> {
  await tx.query(move, [id, step.planned, step.cancelled, step.position, step.status]);
}

const cancel = sql("redeliveries_cancel", "update redeliveries set status = 'cancelling' where id = $1 and status = 'running' returning id");

/** Gives false where it has ended, or is being cancelled already. */
export async function cancelRedeliveryById(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(cancel, [id])).length > 0;
}

// A job that a worker holds is let go on: its request may have been sent.
const cancelWaiting = sql("redeliveries_cancel_waiting", `
  with waiting as materialized (
    select execution.id from executions as execution join delivery_jobs as job on job.execution_id = execution.id
    where execution.redelivery_id = $1 and not job.leased order by execution.id limit $2
  ), ended as (
    delete from delivery_jobs as job using waiting where job.execution_id = waiting.id and not job.leased returning job.execution_id
  )
  update executions as execution set status = 'cancelled', reason = 'redelivery_cancelled', next_attempt_at = null, finished_at = now()
  from ended where execution.id = ended.execution_id
  returning execution.id`);

/** Cancels what the redelivery planned and nobody has begun, at most `limit`; gives how many. */
export const cancelWaitingExecutions = async (tx: Transaction, id: string, limit: number): Promise<number> => (await tx.query(cancelWaiting, [id, limit])).length;

export type ChosenRow = { id: string; entity_id: number; scope_kind: AnyScopeKind; status: string; role: Role | null };

const chosen = sql("redeliveries_chosen", `
  select execution.id, automation.entity_id, automation.scope_kind, case when job.execution_id is null then execution.status else 'running' end as status,
    case when ${seesEvent} then ${roleInAutomation} end as role
  from executions as execution join automations as automation on automation.id = execution.automation_id
  join events as event on event.id = execution.event_id
  left join projects as place on place.id = event.project_id
  left join delivery_jobs as job on job.execution_id = execution.id and job.leased
  where execution.id = any ($2)`);

/** Executions by id, with the user's role in the scope of each one's automation; null too where the user may not see what it is about. */
export const findChosen = (db: Querier, userId: number, ids: readonly string[]): Promise<ChosenRow[]> => db.query<ChosenRow>(chosen, [userId, ids]);

export type Configured = { automationName: string; actionType: ActionType; action: ActionConfig; webhook: Webhook | null };

/** An execution with the configuration that fired, and with that of today. */
export type RedeliverySource = { event: Event; messageId: string; rendered: RenderedRequest | null; then: Configured; today: Configured };

type SourceRow = EventRow & {
  message_id: string;
  rendered: unknown;
  then_name: string;
  then_type: string;
  then_action: unknown;
  then_webhook: WebhookRow | null;
  today_name: string;
  today_type: string;
  today_action: unknown;
  today_webhook: WebhookRow | null;
};

const source = sql("redeliveries_source", `
  select coalesce(execution.message_id, execution.id) as message_id, execution.rendered,
    revision.name as then_name, execution.action_type as then_type, revision.action as then_action, to_json(webhook) as then_webhook,
    automation.name as today_name, automation.action_type as today_type, automation.action as today_action, to_json(webhook_today) as today_webhook,
    ${eventColumns}
  from executions as execution
  join automations as automation on automation.id = execution.automation_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  join events as event on event.id = execution.event_id
  left join webhooks as webhook on webhook.id = execution.webhook_id
  left join webhooks as webhook_today on webhook_today.id = automation.webhook_id
  where execution.id = $1`);

export async function findRedeliverySource(db: Querier, executionId: string): Promise<RedeliverySource | null> {
  const [row] = await db.query<SourceRow>(source, [executionId]);
  if (row === undefined) return null;
  const configured = (name: string, type: string, action: unknown, webhook: WebhookRow | null): Configured =>
    ({ automationName: name, actionType: findActionType(type), action: actionConfigSchema.parse(action), webhook: webhook === null ? null : webhookOf(webhook) });
  return {
    event: eventOf(row),
    messageId: row.message_id,
    rendered: readRendered(row.rendered),
    then: configured(row.then_name, row.then_type, row.then_action, row.then_webhook),
    today: configured(row.today_name, row.today_type, row.today_action, row.today_webhook),
  };
}
