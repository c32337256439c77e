import type { Rewrapped, SealedTable, SealedValueRow } from "../../db/queries/rewrap-secrets.ts";
import { findDueForRewrap, storeRewrapped } from "../../db/queries/rewrap-secrets.ts";
import { firstId } from "../../kit/id-range.ts";
import { SecretUnreadable } from "../../ports/secret-store/port.ts";
import type { Services } from "../services.ts";

type Needs = Pick<Services, "db" | "secretStore">;

export type RewrapReport = {
  rewrapped: number;
  /** Ids of secrets that no key at hand opens; they are left as they are. */
  unreadable: string[];
};

const first = { id: firstId, version: 0 };

/**
 * Wraps every data key with the key-encryption key in use, `batch` at a time. Each batch is stored by itself, so it may
 * be broken off at any point and begun again. Goes over the tables until a pass finds nothing more: servers that still
 * seal with another key may add to them meanwhile. No user asks for it: the operator runs it.
 */
export async function rewrapSecrets(services: Needs, batch = 500): Promise<RewrapReport> {
  const unreadable = new Set<string>();
  let rewrapped = 0;
  for (const table of ["secrets", "previous_secrets"] as const) {
    for (;;) {
      const done = await onePass(services, table, batch, unreadable);
      rewrapped += done;
      if (done === 0) break;
    }
  }
  return { rewrapped, unreadable: [...unreadable] };
}

async function onePass(services: Needs, table: SealedTable, batch: number, unreadable: Set<string>): Promise<number> {
  let stored = 0;
  let after = first;
  for (;;) {
    const rows = await findDueForRewrap(services.db, table, services.secretStore.keyId, { after, limit: batch });
    const last = rows.at(-1);
    if (last === undefined) return stored;
    after = { id: last.id, version: last.version };
    const fresh = (await Promise.all(rows.map((row) => rewrap(services, row, unreadable)))).filter((value) => value !== null);
    stored += await storeRewrapped(services.db, table, fresh);
  }
}

async function rewrap({ secretStore }: Needs, row: SealedValueRow, unreadable: Set<string>): Promise<Rewrapped | null> {
  const sealed = { keyId: row.key_id, wrapNonce: row.wrap_nonce, wrappedKey: row.wrapped_key, nonce: row.nonce, ciphertext: row.ciphertext };
  try {
    const fresh = await secretStore.rewrap(sealed, { entityId: String(row.entity_id), secretId: row.id, version: row.version });
    return { id: row.id, version: row.version, oldKeyId: row.key_id, keyId: fresh.keyId, wrapNonce: fresh.wrapNonce, wrappedKey: fresh.wrappedKey };
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    unreadable.add(row.id);
    return null;
  }
}
