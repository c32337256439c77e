import type { Role } from "../../domain/viewer.ts";
import type { Webhook } from "../../domain/webhook.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";

export type SavedWebhookRow = WebhookRow & { entity_name: string; disabled_reason: string | null; created_by: string | null; created_at: Date; updated_at: Date };

const shown = `
  select webhook.id, webhook.entity_id, entity.name as entity_name, webhook.name, webhook.url, webhook.method, webhook.timeout_ms, webhook.access_token,
    webhook.signing_secret, webhook.secret_names, webhook.signature_encoding, webhook.headers, webhook.enabled, webhook.disabled_reason,
    creator.username as created_by, webhook.created_at, webhook.updated_at
  from webhooks as webhook join entities as entity on entity.id = webhook.entity_id left join users as creator on creator.id = webhook.created_by`;

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

const values = (webhook: Webhook): (string | number | boolean | null | readonly string[])[] => [
  webhook.id, webhook.entityId, webhook.name, webhook.url, webhook.method, webhook.timeoutMs, webhook.accessToken, webhook.signingSecret,
  webhook.secretNames, webhook.signatureEncoding, JSON.stringify(webhook.headers),
];

const insert = sql("webhooks_insert", `
  insert into webhooks (id, entity_id, name, url, method, timeout_ms, access_token, signing_secret, secret_names, signature_encoding, headers, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`);

export async function insertWebhook(tx: Transaction, webhook: Webhook, createdBy: number): Promise<void> {
  await tx.query(insert, [...values(webhook), createdBy]);
}

const update = sql("webhooks_update", `
  update webhooks set name = $3, url = $4, method = $5, timeout_ms = $6, access_token = $7, signing_secret = $8, secret_names = $9, signature_encoding = $10,
    headers = $11, enabled = $12, disabled_reason = case when $12 or enabled then null else disabled_reason end, updated_at = now()
  where entity_id = $2 and id = $1`);

/** Stores every field. Enabling it, or disabling it by hand, takes away the reason for which the server disabled it. */
export async function storeWebhook(tx: Transaction, webhook: Webhook): Promise<void> {
  await tx.query(update, [...values(webhook), webhook.enabled]);
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
