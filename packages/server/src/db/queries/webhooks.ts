import type { Role } from "../../domain/viewer.ts";
import type { Webhook } from "../../domain/webhook.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";

/** How the webhook's lane fares; all null where nothing was ever delivered. */
export type HealthRow = { lane_failures: number | null; failing_since: Date | null; opened_at: Date | null; open_reason: string | null; held_until: Date | null; half_open: boolean | null };

export type SavedWebhookRow = WebhookRow & HealthRow & { entity_name: string; disabled_reason: string | null; created_by: string | null; created_at: Date; updated_at: Date };

const shown = `
  select webhook.id, webhook.entity_id, entity.name as entity_name, webhook.name, webhook.url, webhook.method, webhook.timeout_ms, webhook.access_token,
    webhook.signing_secret, webhook.secret_names, webhook.signature_encoding, webhook.headers, webhook.retry_schedule, webhook.concurrency, webhook.enabled, webhook.disabled_reason,
    creator.username as created_by, webhook.created_at, webhook.updated_at,
    lane.failures as lane_failures, lane.failing_since, lane.opened_at, lane.open_reason, nullif(lane.held_until, '-infinity') as held_until, lane.held_until <= now() as half_open
  from webhooks as webhook left join delivery_lanes as lane on lane.id = webhook.id join entities as entity on entity.id = webhook.entity_id left join users as creator on creator.id = webhook.created_by`;

const listWebhooks = sql("webhooks_list", `${shown}
  where webhook.entity_id = $1 and webhook.name > $2 order by webhook.name limit $3 offset $4`);

const readWebhook = sql("webhooks_read", `${shown} where webhook.entity_id = $1 and webhook.id = $2`);

/** In the order of their names, beginning behind `after`. */
export const findWebhooks = (db: Querier, entityId: number, page: { after: string; offset: number; limit: number }): Promise<SavedWebhookRow[]> =>
  db.query<SavedWebhookRow>(listWebhooks, [entityId, page.after, page.limit, page.offset]);

export async function findWebhook(db: Querier, entityId: number, id: string): Promise<SavedWebhookRow | null> {
  const [row] = await db.query<SavedWebhookRow>(readWebhook, [entityId, id]);
  return row ?? null;
}

const readWebhookByName = sql("webhooks_read_by_name", `${shown} where webhook.entity_id = $1 and webhook.name = $2`);

export async function findWebhookByName(db: Querier, entityId: number, name: string): Promise<SavedWebhookRow | null> {
  const [row] = await db.query<SavedWebhookRow>(readWebhookByName, [entityId, name]);
  return row ?? null;
}

const lockWebhook = sql("webhooks_lock", "select id from webhooks where entity_id = $1 and id = $2 for update");

/** Holds the webhook until the transaction ends, so that two edits do not undo each other. */
export async function lockWebhookForChange(tx: Transaction, entityId: number, id: string): Promise<void> {
  await tx.query(lockWebhook, [entityId, id]);
}

const values = (webhook: Webhook): (string | number | boolean | null | readonly string[] | readonly number[])[] => [
  webhook.id, webhook.entityId, webhook.name, webhook.url, webhook.method, webhook.timeoutMs, webhook.accessToken, webhook.signingSecret,
  webhook.secretNames, webhook.signatureEncoding, JSON.stringify(webhook.headers),
  webhook.retryScheduleMs?.map((ms) => ms / 1_000) ?? null, webhook.concurrency,
];

const insert = sql("webhooks_insert", `
  insert into webhooks (id, entity_id, name, url, method, timeout_ms, access_token, signing_secret, secret_names, signature_encoding, headers, retry_schedule, concurrency, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`);

export async function insertWebhook(tx: Transaction, webhook: Webhook, createdBy: number): Promise<void> {
  await tx.query(insert, [...values(webhook), createdBy]);
}

const update = sql("webhooks_update", `
  update webhooks set name = $3, url = $4, method = $5, timeout_ms = $6, access_token = $7, signing_secret = $8, secret_names = $9, signature_encoding = $10,
    headers = $11, retry_schedule = $12, concurrency = $13, enabled = $14, disabled_reason = case when $14 or enabled then null else disabled_reason end, updated_at = now()
  where entity_id = $2 and id = $1`);

/** Stores every field. Enabling it, or disabling it by hand, takes away the reason for which the server disabled it. */
export async function storeWebhook(tx: Transaction, webhook: Webhook): Promise<void> {
  await tx.query(update, [...values(webhook), webhook.enabled]);
}

const enable = sql("webhooks_enable", "update webhooks set enabled = true, disabled_reason = null, updated_at = now() where entity_id = $1 and id = $2 and not enabled");

export async function enableWebhookById(tx: Transaction, entityId: number, id: string): Promise<void> {
  await tx.query(enable, [entityId, id]);
}

// A breaker that is open becomes half-open: the next attempt shows whether the webhook works. The failures so far are forgotten.
const relieve = sql("webhooks_relieve", `
  update delivery_lanes set failures = 0, failing_since = null, probes = 0, ready_at = now(),
    held_until = case when opened_at is null then held_until else now() end
  where id = $1`);

/** Gives the webhook's lane another chance, now. */
export async function relieveLane(tx: Transaction, id: string): Promise<void> {
  await tx.query(relieve, [id]);
}

export type BacklogRow = { waiting: number; oldest_at: Date | null; in_flight: number; next_at: Date | null };

// Counted up to a number that is told as "at least": counting on would cost more than anyone gains.
const backlog = sql("webhooks_backlog", `
  select (select count(*) from (select from delivery_jobs where lane_id = $1 and not leased limit $2) as counted) as waiting,
    (select min(created_at) from (select created_at from delivery_jobs where lane_id = $1 and not leased order by rank limit 1000) as first) as oldest_at,
    coalesce((select in_flight from delivery_lanes where id = $1), 0) as in_flight,
    (select greatest(job.due_at, lane.held_until) from delivery_jobs as job left join delivery_lanes as lane on lane.id = job.lane_id
      where job.lane_id = $1 and not job.leased order by job.rank, job.execution_id limit 1) as next_at`);

/** What waits for the webhook, counted up to `most`. */
export async function findBacklog(db: Querier, id: string, most: number): Promise<BacklogRow> {
  const [row] = await db.query<BacklogRow>(backlog, [id, most]);
  return row ?? { waiting: 0, oldest_at: null, in_flight: 0, next_at: null };
}

const remove = sql("webhooks_delete", "delete from webhooks where entity_id = $1 and id = $2");

export async function deleteWebhookById(tx: Transaction, entityId: number, id: string): Promise<void> {
  await tx.query(remove, [entityId, id]);
}

const automationsOfWebhook = sql("webhooks_automations", `
  select name from automations where webhook_id = $1 and enabled and deleted_at is null order by name limit 20`);

/** Names of the enabled automations that call the webhook, at most 20. */
export async function findEnabledAutomationsOfWebhook(db: Querier, id: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(automationsOfWebhook, [id]);
  return rows.map((row) => row.name);
}

export type WebhookForAutomation = {
  id: string;
  entity_id: number;
  access_token: string | null;
  signing_secret: string | null;
  secret_names: string[];
  /** The organization of the team; null for a user's own webhook. */
  organization_id: number | null;
  role: Role | null;
};

const forAutomation = `
  select webhook.id, webhook.entity_id, webhook.access_token, webhook.signing_secret, webhook.secret_names, teams.organization_id,
    role_in_entity($1, webhook.entity_id) as role
  from webhooks as webhook left join teams on teams.entity_id = webhook.entity_id`;

const forAutomationById = sql("webhooks_for_automation_by_id", `${forAutomation} where webhook.id = $2`);

const forAutomationByName = sql("webhooks_for_automation_by_name", `${forAutomation}
  join entities as entity on entity.id = webhook.entity_id where lower(entity.name) = lower($2) and webhook.name = $3`);

/** A webhook with the user's role in the entity that owns it. */
export async function findWebhookForAutomation(db: Querier, userId: number, which: { id: string } | { team: string; name: string }): Promise<WebhookForAutomation | null> {
  const rows = "id" in which
    ? await db.query<WebhookForAutomation>(forAutomationById, [userId, which.id])
    : await db.query<WebhookForAutomation>(forAutomationByName, [userId, which.team, which.name]);
  return rows[0] ?? null;
}
