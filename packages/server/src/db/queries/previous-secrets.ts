import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

// The row of the secret itself is locked before; what is copied is what it still holds.
const keepPrevious = sql("previous_secrets_keep", `
  insert into previous_secrets (secret_id, version, entity_id, key_id, wrap_nonce, wrapped_key, nonce, ciphertext, expires_at)
  select id, version, entity_id, key_id, wrap_nonce, wrapped_key, nonce, ciphertext, now() + $2 * interval '1 second' from secrets where id = $1`);

/** Keeps the value that the secret has now, for so many seconds, beside the one that it is about to get. */
export async function keepAsPrevious(tx: Transaction, secretId: string, seconds: number): Promise<void> {
  await tx.query(keepPrevious, [secretId, seconds]);
}

const countPrevious = sql("previous_secrets_count", "select count(*) as count from previous_secrets where secret_id = $1 and expires_at > now()");

/** How many earlier values still sign. */
export async function countPreviousSecrets(tx: Transaction, secretId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(countPrevious, [secretId]);
  return row?.count ?? 0;
}

const forgetOfSecret = sql("previous_secrets_forget", "delete from previous_secrets where secret_id = $1 returning version");

/** Ends the overlap of one secret; gives the versions whose values were still there. */
export async function deletePreviousOfSecret(tx: Transaction, secretId: string): Promise<number[]> {
  return (await tx.query<{ version: number }>(forgetOfSecret, [secretId])).map(({ version }) => version).sort((one, other) => one - other);
}

const forgetExpired = sql("previous_secrets_forget_expired", "delete from previous_secrets where expires_at <= now() returning secret_id");

/** Deletes the values whose overlap has ended; gives how many. */
export async function deleteExpiredPrevious(db: Querier): Promise<number> {
  return (await db.query(forgetExpired, [])).length;
}
