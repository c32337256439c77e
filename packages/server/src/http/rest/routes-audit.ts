import { auditEntrySchema, auditQuerySchema, listOf } from "@bellhop/contract";
import type { z } from "zod";
import type { AuditRow } from "../../features/audit/index.ts";
import { listAudit } from "../../features/audit/index.ts";
import { Failure } from "../../domain/failure.ts";
import { isRecord } from "../../kit/cast.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";

type Place = { micros: number; id: number };

/** The place in the log that a cursor's key names: `<microseconds>.<id>`. */
function readPlace(key: string | null): Place | null {
  if (key === null) return null;
  const [, micros, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(key) ?? [];
  if (micros === undefined || id === undefined) throw new Failure("bad_request", "The cursor is not one of this list.");
  return { micros: Number(micros), id: Number(id) };
}

function readObject(text: string | undefined): { objectType: string | null; object: string | null } {
  if (text === undefined) return { objectType: null, object: null };
  const colon = text.indexOf(":");
  return colon === -1 ? { objectType: text, object: null } : { objectType: text.slice(0, colon), object: text.slice(colon + 1) };
}

const show = (row: AuditRow): z.input<typeof auditEntrySchema> => ({
  id: String(row.id),
  at: row.at.toISOString(),
  entity: row.entity,
  actor: row.actor,
  credential: row.credential_kind === null ? null : { kind: row.credential_kind, id: row.credential_id, name: row.credential_name },
  address: row.address,
  userAgent: row.user_agent,
  action: row.action,
  object: { type: row.object_type, id: row.object_id, name: row.object_name },
  before: isRecord(row.before) ? row.before : null,
  after: isRecord(row.after) ? row.after : null,
});

export const auditRoutes: Route[] = [
  route({
    method: "GET", path: "/audit", tag: "audit", summary: "Who changed what, when and from where; newest first",
    params: nothing, query: auditQuerySchema, body: null, answer: listOf(auditEntrySchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const since = query.since === undefined ? null : new Date(query.since);
      const until = query.until === undefined ? null : new Date(query.until);
      const rows = await listAudit(services, viewer, { entity: query.entity ?? null, since, until, actor: query.actor ?? null, ...readObject(query.object), after: readPlace(readCursor(query.cursor)), limit: query.limit });
      return pageOf(rows, query.limit, { key: ({ micros, id }) => `${micros}.${id}`, item: show });
    },
  }),
];
