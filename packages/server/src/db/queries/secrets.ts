import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** What may be shown of a secret: everything but its value. */
export type SecretRow = { name: string; version: number; created_at: Date; updated_at: Date; updated_by: string | null; used_by: number; previous: { version: number; until: string }[] };

export type SealedColumns = { key_id: string; wrap_nonce: Buffer; wrapped_key: Buffer; nonce: Buffer; ciphertext: Buffer };
export type NamedSealedRow = SealedColumns & { id: string; name: string; version: number };

const shown = `
  select secret.name, secret.version, secret.created_at, secret.updated_at, editor.username as updated_by,
    (select count(*) from webhooks as webhook where webhook.entity_id = secret.entity_id
      and (webhook.access_token = secret.name or webhook.signing_secret = secret.name or secret.name = any (webhook.secret_names))) as used_by,
    (select coalesce(json_agg(json_build_object('version', old.version, 'until', old.expires_at) order by old.version desc), '[]')
      from previous_secrets as old where old.secret_id = secret.id and old.expires_at > now()) as previous
  from secrets as secret left join users as editor on editor.id = secret.updated_by`;

const listSecrets = sql("secrets_list", `${shown}
  where secret.entity_id = $1 and secret.name > $2 order by secret.name limit $3`);

const readSecret = sql("secrets_read", `${shown} where secret.entity_id = $1 and secret.name = $2`);

/** In the order of their names, beginning behind `after`. */
export const findSecrets = (db: Querier, entityId: number, page: { after: string; limit: number }): Promise<SecretRow[]> =>
  db.query<SecretRow>(listSecrets, [entityId, page.after, page.limit]);

export async function findSecret(db: Querier, entityId: number, name: string): Promise<SecretRow | null> {
  const [row] = await db.query<SecretRow>(readSecret, [entityId, name]);
  return row ?? null;
}

const lockSecret = sql("secrets_lock", "select id, version from secrets where entity_id = $1 and name = $2 for update");

/** Holds the secret until the transaction ends; null when there is none of that name. */
export async function lockSecretForChange(tx: Transaction, entityId: number, name: string): Promise<{ id: string; version: number } | null> {
  const [row] = await tx.query<{ id: string; version: number }>(lockSecret, [entityId, name]);
  return row ?? null;
}

// Shared locks: a webhook that names a secret and the deletion of that secret wait for each other, webhooks do not.
const shareSecrets = sql("secrets_share", `
  select id, name, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext
  from secrets where entity_id = $1 and name = any ($2) for share`);

/** Those of the named secrets that exist, still sealed; they can't be changed or deleted until the transaction ends. */
export const shareSecretsByName = (tx: Transaction, entityId: number, names: readonly string[]): Promise<NamedSealedRow[]> =>
  tx.query<NamedSealedRow>(shareSecrets, [entityId, names]);

export type SealedWrite = { id: string; entityId: number; name: string; version: number; sealed: SealedColumns; updatedBy: number };

const insertSecret = sql("secrets_insert", `
  insert into secrets (id, entity_id, name, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext, updated_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (entity_id, name) do nothing returning id`);

const replaceSecret = sql("secrets_replace", `
  update secrets set version = $4, key_id = $5, wrap_nonce = $6, wrapped_key = $7, nonce = $8, ciphertext = $9, updated_by = $10, updated_at = now()
  where id = $1 and entity_id = $2 and name = $3 returning id`);

const valuesOf = ({ id, entityId, name, version, sealed, updatedBy }: SealedWrite): (string | number | Buffer)[] =>
  [id, entityId, name, version, sealed.key_id, sealed.wrap_nonce, sealed.wrapped_key, sealed.nonce, sealed.ciphertext, updatedBy];

/** False when another request has made a secret of that name meanwhile. */
export async function insertSealedSecret(tx: Transaction, write: SealedWrite): Promise<boolean> {
  return (await tx.query(insertSecret, valuesOf(write))).length === 1;
}

export async function replaceSealedSecret(tx: Transaction, write: SealedWrite): Promise<void> {
  await tx.query(replaceSecret, valuesOf(write));
}

const removeSecret = sql("secrets_delete", "delete from secrets where id = $1");

export async function deleteSecretById(tx: Transaction, id: string): Promise<void> {
  await tx.query(removeSecret, [id]);
}

const webhooksOfSecret = sql("secrets_webhooks", `
  select name, (access_token = $2) is true as as_access_token from webhooks
  where entity_id = $1 and (access_token = $2 or signing_secret = $2 or $2 = any (secret_names)) order by name`);

/** The webhooks that name the secret, and whether as their access token. */
export const findWebhooksOfSecret = (db: Querier, entityId: number, name: string): Promise<{ name: string; as_access_token: boolean }[]> =>
  db.query<{ name: string; as_access_token: boolean }>(webhooksOfSecret, [entityId, name]);
