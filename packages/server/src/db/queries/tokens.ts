import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** `description` is the name that its user gave the key. */
export type ApiKey = { id: string; description: string | null; ending: string; createdAt: Date; expiresAt: Date | null; lastUsedAt: Date | null };

const columns = 'id, description, ending, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"';

const insert = sql("tokens_insert", `
  insert into api_keys (id, entity_id, user_id, hash, description, ending, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
  returning ${columns}`);

const listOfUser = sql("tokens_list", `
  select ${columns} from api_keys
  where user_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`);

const remove = sql("tokens_delete", `delete from api_keys where id = $1 and user_id = $2 returning ${columns}`);

export type NewApiKey = { id: string; userId: number; entityId: number; hash: Buffer; description: string | null; ending: string; expiresAt: Date | null };

export async function insertApiKey(db: Querier, key: NewApiKey): Promise<ApiKey> {
  const [row] = await db.query<ApiKey>(insert, [key.id, key.entityId, key.userId, key.hash, key.description, key.ending, key.expiresAt]);
  if (row === undefined) throw new Error("insert returned no row");
  return row;
}

/** Oldest first, from behind the id `after`. */
export const listApiKeysOf = (db: Querier, userId: number, page: { after: string | null; limit: number }): Promise<ApiKey[]> => db.query<ApiKey>(listOfUser, [userId, page.after, page.limit]);

/** The key that was deleted; null when that user has no such key. */
export async function deleteApiKeyOf(db: Querier, userId: number, id: string): Promise<ApiKey | null> {
  return (await db.query<ApiKey>(remove, [id, userId]))[0] ?? null;
}
