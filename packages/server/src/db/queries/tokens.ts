import type { Viewer } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type ApiKey = { id: string; description: string | null; ending: string; createdAt: Date };

const viewerByKey = sql("tokens_viewer", `
  select users.id as "userId", users.username, users.entity_id as "entityId", users.is_admin as "isAdmin"
  from api_keys join users on users.id = api_keys.user_id where api_keys.hash = $1`);

const insert = sql("tokens_insert", `
  insert into api_keys (id, entity_id, user_id, hash, description, ending) values ($1, $2, $3, $4, $5, $6)
  returning id, description, ending, created_at as "createdAt"`);

const listOfUser = sql("tokens_list", `
  select id, description, ending, created_at as "createdAt" from api_keys
  where user_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`);

const remove = sql("tokens_delete", "delete from api_keys where id = $1 and user_id = $2 returning id");

export async function findViewerByHash(db: Querier, hash: Buffer): Promise<Viewer | null> {
  const [row] = await db.query<Viewer>(viewerByKey, [hash]);
  return row ?? null;
}

export type NewApiKey = { id: string; userId: number; entityId: number; hash: Buffer; description: string | null; ending: string };

export async function insertApiKey(db: Querier, key: NewApiKey): Promise<ApiKey> {
  const [row] = await db.query<ApiKey>(insert, [key.id, key.entityId, key.userId, key.hash, key.description, key.ending]);
  if (row === undefined) throw new Error("insert returned no row");
  return row;
}

/** Oldest first, from behind the id `after`. */
export const listApiKeysOf = (db: Querier, userId: number, page: { after: string | null; limit: number }): Promise<ApiKey[]> => db.query<ApiKey>(listOfUser, [userId, page.after, page.limit]);

/** Whether there was such a key of that user. */
export async function deleteApiKeyOf(db: Querier, userId: number, id: string): Promise<boolean> {
  return (await db.query<{ id: string }>(remove, [id, userId])).length > 0;
}
