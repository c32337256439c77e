import type { CredentialKind, Viewer } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type Credential = {
  viewer: Viewer;
  kind: CredentialKind;
  id: string;
  name: string | null;
  /** Names of the teams and organizations that the user belongs to, in lower case. */
  entities: readonly string[];
  /** Milliseconds until it expires; null when it never does. */
  expiresInMs: number | null;
  /** Whether its last use was noted more than a minute ago. */
  stale: boolean;
};

type Row = Viewer & { id: string; name: string | null; entities: string[]; expiresInMs: number | null; stale: boolean };

const shown = (table: string): string => `
  users.id as "userId", users.username, users.entity_id as "entityId", users.is_admin as "isAdmin", ${table}.id,
  array(
    select lower(entities.name) from team_members join entities on entities.id = team_members.entity_id where team_members.user_id = users.id
    union all select lower(entities.name) from organization_members join entities on entities.id = organization_members.entity_id where organization_members.user_id = users.id
  ) as entities,
  (extract(epoch from ${table}.expires_at - now()) * 1000)::float8 as "expiresInMs",
  coalesce(${table}.last_used_at < now() - interval '1 minute', true) as stale`;

const byKey = sql("credentials_api_key", `
  select ${shown("api_keys")}, api_keys.description as name from api_keys join users on users.id = api_keys.user_id
  where api_keys.hash = $1 and (api_keys.expires_at is null or api_keys.expires_at > now())`);

const bySession = sql("credentials_session", `
  select ${shown("sessions")}, null as name from sessions join users on users.id = sessions.user_id
  where sessions.hash = $1 and sessions.expires_at > now()`);

// The condition is asked again: of several processes that noticed at once, one writes.
const touchKey = sql("credentials_touch_api_key", "update api_keys set last_used_at = now() where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)");
const touchSession = sql("credentials_touch_session", "update sessions set last_used_at = now() where id = $1 and last_used_at < now() - interval '1 minute'");

const notify = sql("credentials_notify", "select pg_notify($1, '')");

/** The user whom a key or session with this SHA-256 belongs to; null when there is none, or it has expired. */
export async function findCredentialByHash(db: Querier, kind: CredentialKind, hash: Buffer): Promise<Credential | null> {
  const [row] = await db.query<Row>(kind === "api_key" ? byKey : bySession, [hash]);
  if (row === undefined) return null;
  const { id, name, entities, expiresInMs, stale, ...viewer } = row;
  return { viewer, kind, id, name, entities, expiresInMs, stale };
}

/** Notes that the credential was used, unless that was noted within the last minute. */
export async function touchCredential(db: Querier, { kind, id }: Pick<Credential, "kind" | "id">): Promise<void> {
  await db.query(kind === "api_key" ? touchKey : touchSession, [id]);
}

/** The channel on which processes tell each other that credentials were revoked. */
export const credentialsChannel = "bellhop_credentials";

/** Tells every process, when the transaction commits, to forget the credentials that it knows. */
export async function notifyCredentials(tx: Querier): Promise<void> {
  await tx.query(notify, [credentialsChannel]);
}
