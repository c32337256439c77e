import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type Session = { id: string; address: string; userAgent: string | null; createdAt: Date; expiresAt: Date; lastUsedAt: Date };

const columns = 'id, address, user_agent as "userAgent", created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"';

const insert = sql("sessions_insert", `
  insert into sessions (id, entity_id, user_id, hash, address, user_agent, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond') returning ${columns}`);
const list = sql("sessions_list", `
  select ${columns} from sessions where user_id = $1 and expires_at > now() and ($2::uuid is null or id > $2) order by id limit $3`);
const remove = sql("sessions_delete", `delete from sessions where id = $1 and user_id = $2 returning ${columns}`);
const removeOthers = sql("sessions_delete_others", "delete from sessions where user_id = $1 and id is distinct from $2 and expires_at > now() returning 1 as one");
const purge = sql("sessions_purge", "delete from sessions where expires_at < now() returning 1 as one");

export type NewSession = { id: string; userId: number; entityId: number; hash: Buffer; address: string; userAgent: string | null; lifetimeMs: number };

export async function insertSession(db: Querier, session: NewSession): Promise<Session> {
  const [row] = await db.query<Session>(insert, [session.id, session.entityId, session.userId, session.hash, session.address, session.userAgent, session.lifetimeMs]);
  if (row === undefined) throw new Error("insert returned no row");
  return row;
}

/** Those that have not expired, oldest first, from behind the id `after`. */
export const listSessionsOf = (db: Querier, userId: number, page: { after: string | null; limit: number }): Promise<Session[]> => db.query<Session>(list, [userId, page.after, page.limit]);

/** The session that was ended; null when that user has no such session. */
export async function deleteSessionOf(db: Querier, userId: number, id: string): Promise<Session | null> {
  return (await db.query<Session>(remove, [id, userId]))[0] ?? null;
}

/** Ends all sessions of the user but the one that is named; gives how many. */
export async function deleteSessionsOf(tx: Querier, userId: number, but: string | null): Promise<number> {
  return (await tx.query(removeOthers, [userId, but])).length;
}

/** Gives how many. */
export const purgeExpiredSessions = async (db: Querier): Promise<number> => (await db.query(purge, [])).length;
