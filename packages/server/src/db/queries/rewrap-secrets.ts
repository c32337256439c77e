import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { SealedColumns } from "./secrets.ts";

/** A sealed value, of a secret or of what it was before a rotation. */
export type SealedValueRow = SealedColumns & { id: string; entity_id: number; version: number };
export type SealedTable = "secrets" | "previous_secrets";

// In the order of the primary key, beginning behind the last of the batch before: one pass over the table, however many
// batches.
const due = {
  secrets: sql("rewrap_secrets_due", `
    select id, entity_id, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext from secrets
    where (id, version) > ($1, $2) and key_id <> $3 order by id limit $4`),
  previous_secrets: sql("rewrap_previous_secrets_due", `
    select secret_id as id, entity_id, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext from previous_secrets
    where (secret_id, version) > ($1, $2) and key_id <> $3 order by secret_id, version limit $4`),
};

/** What is sealed under another key than the one of that id. */
export const findDueForRewrap = (db: Querier, table: SealedTable, keyId: string, page: { after: { id: string; version: number }; limit: number }): Promise<SealedValueRow[]> =>
  db.query<SealedValueRow>(due[table], [page.after.id, page.after.version, keyId, page.limit]);

// Only where the row still holds what was read: a secret that got a new value meanwhile is sealed anew by whoever did that.
const store = {
  secrets: sql("rewrap_secrets_store", `
    with fresh as (select * from json_to_recordset($1) as row (id uuid, version integer, old_key_id text, key_id text, wrap_nonce text, wrapped_key text))
    update secrets as secret set key_id = fresh.key_id, wrap_nonce = decode(fresh.wrap_nonce, 'hex'), wrapped_key = decode(fresh.wrapped_key, 'hex')
    from fresh where secret.id = fresh.id and secret.version = fresh.version and secret.key_id = fresh.old_key_id returning secret.id`),
  previous_secrets: sql("rewrap_previous_secrets_store", `
    with fresh as (select * from json_to_recordset($1) as row (id uuid, version integer, old_key_id text, key_id text, wrap_nonce text, wrapped_key text))
    update previous_secrets as secret set key_id = fresh.key_id, wrap_nonce = decode(fresh.wrap_nonce, 'hex'), wrapped_key = decode(fresh.wrapped_key, 'hex')
    from fresh where secret.secret_id = fresh.id and secret.version = fresh.version and secret.key_id = fresh.old_key_id returning secret.secret_id`),
};

export type Rewrapped = { id: string; version: number; oldKeyId: string; keyId: string; wrapNonce: Buffer; wrappedKey: Buffer };

/** Stores new wrappings in one statement; gives how many rows took them. */
export async function storeRewrapped(db: Querier, table: SealedTable, values: readonly Rewrapped[]): Promise<number> {
  const rows = values.map((value) => ({ id: value.id, version: value.version, old_key_id: value.oldKeyId, key_id: value.keyId, wrap_nonce: value.wrapNonce.toString("hex"), wrapped_key: value.wrappedKey.toString("hex") }));
  return (await db.query(store[table], [JSON.stringify(rows)])).length;
}
