import type { AuditAction, AuditDetails } from "../../domain/audit.ts";
import { briefDetails } from "../../domain/audit.ts";
import type { Origin, Viewer } from "../../domain/viewer.ts";
import { jsonbText } from "../../kit/jsonb-text.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type NewAuditEntry = {
  action: AuditAction;
  /** The entity whose administrators may read it; null for those of the server only. */
  entityId: number | null;
  object: { id: string | number; name: string };
  /** Where it came from, of a request for which nobody signs in. */
  from?: Omit<Origin, "credential">;
  before?: AuditDetails | null;
  after?: AuditDetails | null;
};

export type AuditRow = {
  id: number;
  /** Microseconds since 1970, exact: with the id the place in the log. */
  micros: number;
  at: Date;
  entity: string | null;
  actor: string | null;
  credential_kind: "api_key" | "session" | "password" | null;
  credential_id: string | null;
  credential_name: string | null;
  address: string | null;
  user_agent: string | null;
  action: string;
  object_type: string;
  object_id: string;
  object_name: string;
  before: unknown;
  after: unknown;
};

// The entity's name is taken while it still exists: the entry may tell of its end.
const insert = sql("audit_insert", `
  insert into audit_entries (entity_id, entity_name, actor_id, actor_name, credential_kind, credential_id, credential_name, address, user_agent,
    action, object_type, object_id, object_name, before, after)
  values ($1, (select name from entities where id = $1), $2, $3, $4, $5, $6, $7, $8, $9, split_part($9, '.', 1), $10, $11, $12, $13)`);

/** `actor` is null where the server itself acts. */
export async function insertAuditEntry(db: Querier, actor: Viewer | null, entry: NewAuditEntry): Promise<void> {
  const origin = actor?.origin;
  const credential = origin?.credential ?? null;
  const from = origin ?? entry.from;
  await db.query(insert, [
    entry.entityId, actor?.userId ?? null, actor?.username ?? null, origin === undefined ? null : (credential?.kind ?? "password"), credential?.id ?? null, credential?.name ?? null,
    from?.address ?? null, from?.userAgent?.slice(0, 512) ?? null, entry.action, String(entry.object.id), entry.object.name, json(entry.before), json(entry.after),
  ]);
}

const json = (details: AuditDetails | null | undefined): string | null => (details === null || details === undefined ? null : jsonbText(briefDetails(details)));

export type AuditFilter = {
  actor: string | null;
  objectType: string | null;
  /** Id or name. */
  object: string | null;
  since: Date | null;
  until: Date | null;
  after: { micros: number; id: number } | null;
  limit: number;
};

const shown = `
  select id, (extract(epoch from created_at) * 1000000)::bigint as micros, created_at as at, entity_name as entity, actor_name as actor, credential_kind, credential_id,
    credential_name, address, user_agent, action, object_type, object_id, object_name, before, after
  from audit_entries`;

// Newest first, by the index, from the place where the page begins to the one where the time ends. The conditions are
// written so that PostgreSQL, which plans for all values at once, does not take them for ones that leave hardly a row:
// it would fetch everything and sort. Hence rows instead of two bounds of a range, and coalesce for what may be absent.
const tail = `
    and (created_at, id) >= ($1, 0::bigint) and (created_at, id) < ($2::timestamptz + $3 * interval '1 microsecond', $4)
    and coalesce(lower(actor_name) = lower($5), $5::text is null) and coalesce(object_type = $6, true) and coalesce(object_id = $7 or object_name = $7, true)
  order by created_at desc, id desc limit $8`;

const ofEntity = sql("audit_of_entity", `${shown} where entity_id = $9 ${tail}`);
const ofServer = sql("audit_of_server", `${shown} where true ${tail}`);

const beginning = new Date(0);
/** Later than any entry. */
const end = new Date("9999-01-01T00:00:00Z");

/** Newest first, from behind the place `after`; of every entity and the server where `entityId` is null. */
export function findAuditEntries(db: Querier, entityId: number | null, filter: AuditFilter): Promise<AuditRow[]> {
  const { after } = filter;
  const until = filter.until ?? end;
  // Whichever comes first: the place of the cursor, or the end of the time.
  const before = after === null || until.getTime() * 1_000 < after.micros ? { base: until, micros: 0, id: 0 } : { base: beginning, micros: after.micros, id: after.id };
  const values = [filter.since ?? beginning, before.base, before.micros, before.id, filter.actor, filter.objectType, filter.object, filter.limit];
  return entityId === null ? db.query<AuditRow>(ofServer, values) : db.query<AuditRow>(ofEntity, [...values, entityId]);
}
