import type { Querier } from "../../db/database.ts";
import type { SealedSecretRow } from "../../db/queries/granted-secrets.ts";
import { findGrantedSecrets } from "../../db/queries/granted-secrets.ts";
import type { Webhook } from "../../domain/webhook.ts";
import type { SecretStore } from "../../ports/secret-store/port.ts";
import { SecretUnreadable } from "../../ports/secret-store/port.ts";

/** The secrets of a webhook by name, or why they can't be had. */
export type OpenedSecrets = { ok: true; secrets: ReadonlyMap<string, string>; previous: ReadonlyMap<string, readonly string[]> } | { ok: false; reason: "secret_unreadable" };

const none: OpenedSecrets = { ok: true, secrets: new Map(), previous: new Map() };
const cacheSize = 10_000;

/**
 * Opens the secrets that webhooks may use, and keeps them open by version: one query per batch, no cryptography twice.
 * As long as no secret of a webhook changes, it gets the very same map, so that others can keep what they made of it.
 */
export function secretOpener(db: Querier, store: SecretStore): (webhookIds: readonly string[]) => Promise<(webhook: Webhook | null) => OpenedSecrets> {
  const opened = new Map<string, string>();
  const open = async (row: SealedSecretRow): Promise<string> => {
    const key = `${row.id} ${row.version}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const value = await openRow(store, row);
    if (opened.size >= cacheSize) opened.clear();
    opened.set(key, value);
    return value;
  };
  const maps = new Map<string, OpenedSecrets>();
  return async (webhookIds) => {
    const ids = [...new Set(webhookIds)];
    if (ids.length === 0) return () => none;
    const rows = Map.groupBy(await findGrantedSecrets(db, ids), (row) => row.webhook_id);
    const byWebhook = new Map<string, OpenedSecrets>();
    for (const [id, granted] of rows) {
      const versions = granted.map((row) => `${row.id} ${row.version}`).sort().join();
      const known = maps.get(`${id} ${versions}`) ?? (await openAll(granted, open));
      if (maps.size >= cacheSize) maps.clear();
      maps.set(`${id} ${versions}`, known);
      byWebhook.set(id, known);
    }
    return (webhook) => (webhook === null ? none : (byWebhook.get(webhook.id) ?? none));
  };
}

/** Opens these rows, which belong together. */
export const openSecretRows = (store: SecretStore, rows: readonly SealedSecretRow[]): Promise<OpenedSecrets> => openAll(rows, (row) => openRow(store, row));

const openRow = (store: SecretStore, row: SealedSecretRow): Promise<string> =>
  store.open(
    { keyId: row.key_id, wrapNonce: row.wrap_nonce, wrappedKey: row.wrapped_key, nonce: row.nonce, ciphertext: row.ciphertext },
    { entityId: String(row.entity_id), secretId: row.id, version: row.version },
  );

async function openAll(rows: readonly SealedSecretRow[], open: (row: SealedSecretRow) => Promise<string>): Promise<OpenedSecrets> {
  const secrets = new Map<string, string>();
  const previous = new Map<string, string[]>();
  for (const row of rows.toSorted((a, b) => b.version - a.version)) {
    const value = await readable(open(row));
    // A delivery goes without the signature of a value of before that does not open, never without the present secret.
    if (value === null && row.previous) continue;
    if (value === null) return { ok: false, reason: "secret_unreadable" };
    if (row.previous) previous.set(row.name, [...(previous.get(row.name) ?? []), value]);
    else secrets.set(row.name, value);
  }
  return { ok: true, secrets, previous };
}

async function readable(value: Promise<string>): Promise<string | null> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  }
}
