import type { Viewer } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type EntityKind = "user" | "team" | "organization";
export type User = { id: number; entityId: number; username: string; displayName: string; email: string | null; isAdmin: boolean; createdAt: Date };

const columns = 'users.id, users.entity_id as "entityId", users.username, users.display_name as "displayName", users.email, users.is_admin as "isAdmin", users.created_at as "createdAt"';

const insertEntityRow = sql("people_insert_entity", "insert into entities (name, kind) values ($1, $2) returning id");
const deleteEntityRow = sql("people_delete_entity", "delete from entities where id = $1");
const insertUserRow = sql("people_insert_user", `
  insert into users (entity_id, username, display_name, email, password_hash, is_admin) values ($1, $2, $3, $4, $5, $6) returning ${columns}`);
const userByName = sql("people_user_by_name", `select ${columns} from users where lower(username) = lower($1)`);
const userById = sql("people_user_by_id", `select ${columns} from users where id = $1`);
const userByIdForUpdate = sql("people_user_lock", `select ${columns} from users where id = $1 for update`);
const deleteUserRow = sql("people_delete_user", "delete from users where id = $1");
const loginOf = sql("people_login", `
  select id as "userId", username, entity_id as "entityId", is_admin as "isAdmin", password_hash as "passwordHash", case when lower(username) = lower($1) then 'username' else 'email' end as by
  from users where lower(username) = lower($1) or lower(email) = lower($1) order by lower(username) = lower($1) desc limit 1`);

// Both take turns with each other on the user's row, and each asks for the password that was verified before: whoever
// waited for a change of the password finds nothing.
const holdPassword = sql("people_hold_password", "select 1 as held from users where id = $1 and password_hash = $2 for share");
const replaceVerifiedPassword = sql("people_replace_password", "update users set password_hash = $3 where id = $1 and password_hash = $2 returning 1 as replaced");
const setPasswordHash = sql("people_set_password", "update users set password_hash = $2 where id = $1");

// All who administer the server; locked, so that two of them cannot be removed at once and leave nobody.
const lockAdmins = sql("people_lock_admins", "select id from users where is_admin order by id for update");
const anyAdmin = sql("people_any_admin", "select 1 as found from users where is_admin limit 1");
// Two servers that start at once take turns; the number is ours alone.
const firstAdminTurn = sql("people_first_admin_turn", "select pg_advisory_xact_lock(7108311)");

// A user sees themselves and those with whom they share an organization; a server administrator sees all.
// strpos, not like: what is searched for is text, not a pattern.
const search = sql("people_search", `
  select ${columns} from users
  where ($2 or users.id = $1 or exists (
      select 1 from organization_members as theirs join organization_members as mine using (organization_id)
      where theirs.user_id = users.id and mine.user_id = $1))
    and ($3::text is null or strpos(lower(users.username), lower($3)) > 0 or lower(users.email) = lower($3))
    and ($4::text is null or lower(users.username) > lower($4))
    and ($5::text is null or lower(users.username) = lower($5))
  order by lower(users.username) limit $6`);

const lastAdminOf = sql("people_last_admin_of", `
  select entities.name from team_members as own join entities on entities.id = own.entity_id
  where own.user_id = $1 and own.role = 'admin'
    and not exists (select 1 from team_members as other where other.entity_id = own.entity_id and other.user_id <> $1 and other.role = 'admin')
  union all
  select organizations.name from organization_members as own join organizations on organizations.id = own.organization_id
  where own.user_id = $1 and own.role = 'admin'
    and not exists (select 1 from organization_members as other where other.organization_id = own.organization_id and other.user_id <> $1 and other.role = 'admin')
  limit 1`);

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the statement returned no row");
  return row;
}

/** Throws a violation of `entities_name` when the name is taken, in whatever case. */
export async function insertEntity(db: Querier, name: string, kind: EntityKind): Promise<number> {
  return only(await db.query<{ id: number }>(insertEntityRow, [name, kind])).id;
}

export type NewUser = { entityId: number; username: string; displayName: string; email: string | null; passwordHash: string | null; isAdmin: boolean };

export async function insertUser(db: Querier, user: NewUser): Promise<User> {
  return only(await db.query<User>(insertUserRow, [user.entityId, user.username, user.displayName, user.email, user.passwordHash, user.isAdmin]));
}

export const findUserByName = async (db: Querier, username: string): Promise<User | null> => (await db.query<User>(userByName, [username]))[0] ?? null;
export const findUserById = async (db: Querier, id: number): Promise<User | null> => (await db.query<User>(userById, [id]))[0] ?? null;
export const lockUser = async (db: Querier, id: number): Promise<User | null> => (await db.query<User>(userByIdForUpdate, [id]))[0] ?? null;

export type Login = Viewer & { passwordHash: string | null; /** What the name that was asked for is. */ by: "username" | "email" };
/** By user name or email. */
export const findLogin = async (db: Querier, name: string): Promise<Login | null> => (await db.query<Login>(loginOf, [name]))[0] ?? null;

/** Whether the password is still the one with that hash; it stays so until the end of the transaction. */
export const holdPasswordOf = async (tx: Querier, userId: number, hash: string): Promise<boolean> => (await tx.query(holdPassword, [userId, hash])).length > 0;

/** Stores another hash in the place of the one that is named; false when that is no longer the user's. */
export const replacePassword = async (tx: Querier, userId: number, hash: { verified: string; next: string }): Promise<boolean> =>
  (await tx.query(replaceVerifiedPassword, [userId, hash.verified, hash.next])).length > 0;

/** Stores a hash, whatever there was. */
export async function setPasswordOf(tx: Querier, userId: number, hash: string): Promise<void> {
  await tx.query(setPasswordHash, [userId, hash]);
}

export type UserSearch = { text: string | null; username: string | null; after: string | null; limit: number };

/** Users whom the viewer may see, by name, from behind the name `after`. */
export const searchVisibleUsers = (db: Querier, viewer: Viewer, { text, username, after, limit }: UserSearch): Promise<User[]> =>
  db.query<User>(search, [viewer.userId, viewer.isAdmin, text, after, username, limit]);

export const lockServerAdmins = async (db: Querier): Promise<number[]> => (await db.query<{ id: number }>(lockAdmins, [])).map(({ id }) => id);

export async function hasServerAdmin(db: Querier): Promise<boolean> {
  return (await db.query<{ found: number }>(anyAdmin, [])).length > 0;
}

/** Waits until no other server is creating its first administrator; until the end of the transaction. */
export async function takeFirstAdminTurn(db: Querier): Promise<void> {
  await db.query(firstAdminTurn, []);
}

/** Name of a team or organization of which the user is the only administrator, if there is one. */
export async function findLastAdminPost(db: Querier, userId: number): Promise<string | null> {
  return (await db.query<{ name: string }>(lastAdminOf, [userId]))[0]?.name ?? null;
}

/** Memberships and API keys go with the user. */
export async function deleteUser(db: Querier, userId: number): Promise<void> {
  await db.query(deleteUserRow, [userId]);
}

export async function deleteEntity(db: Querier, entityId: number): Promise<void> {
  await db.query(deleteEntityRow, [entityId]);
}
