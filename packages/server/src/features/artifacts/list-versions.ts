import { listAliasesOfArtifacts } from "../../db/queries/artifact-aliases.ts";
import type { MemberOrder } from "../../db/queries/artifact-lists.ts";
import { countMemberRows, isMemberOrder, listMemberRows } from "../../db/queries/artifact-lists.ts";
import type { MemberRow } from "../../db/queries/artifact-rows.ts";
import { versionFields } from "../../domain/artifact-fields.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { encodeId } from "../../domain/global-id.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Services } from "../services.ts";
import { readFilter, readOrder } from "./read-filter.ts";

/** A page of a list: up to `limit` rows, and how many there are in all, counted when asked. */
export type Listed<Row> = { rows: Row[]; total(): Promise<number> };

export type ListInput = { filters: string | null | undefined; order: string | null | undefined; limit: number; offset: number };

const orderAliases: Readonly<Record<string, MemberOrder>> = {
  createdAt: "created_at", artifact_created_at: "created_at", updatedAt: "updated_at", acm_created_at: "linked_at", artifact_size: "size", versionIndex: "version", version_index: "version",
};

/** The versions in collections that the viewer sees; the newest first, unless an order was given. */
export async function listVersions(services: Pick<Services, "db">, viewer: Viewer, collectionIds: readonly number[], input: ListInput): Promise<Listed<MemberRow>> {
  const filter = readFilter(input.filters, "filters", versionFields);
  const order = readOrder(input.order, { fallback: "id", aliases: orderAliases, known: isMemberOrder });
  const page = filter === null ? { limit: input.limit, offset: input.offset } : { limit: null, offset: 0 };
  const rows = await listMemberRows(services.db, viewer.userId, { collectionIds, order, page });
  if (filter === null) return { rows, total: () => countMemberRows(services.db, collectionIds) };
  const matching = await match(services, viewer, rows, filter);
  return { rows: matching.slice(input.offset, input.offset + input.limit), total: async () => matching.length };
}

async function match(services: Pick<Services, "db">, viewer: Viewer, rows: readonly MemberRow[], filter: Filter): Promise<MemberRow[]> {
  const aliases = Map.groupBy(await listAliasesOfArtifacts(services.db, viewer.userId, rows.map(({ id }) => id)), ({ membership_id }) => membership_id);
  return rows.filter((row) => {
    const own = aliases.get(row.membership_id)?.map(({ alias }) => alias) ?? [];
    return evaluate(filter, (field) => valueOf(row, own, field));
  });
}

function valueOf(row: MemberRow, aliases: readonly string[], field: string): unknown {
  switch (field) {
    case "id": return encodeId("Artifact", row.id);
    case "version": return [row.member_index, `v${row.member_index}`];
    case "tag": return row.tags.map(({ tag }) => tag);
    case "alias": return aliases;
    case "type": return row.type_name;
    case "state": return row.state;
    case "digest": return row.digest;
    case "size": return row.size_bytes;
    case "created_at": return row.created_at.toISOString();
    case "updated_at": return row.updated_at.toISOString();
    case "linked_at": return row.linked_at.toISOString();
    case "metadata": return row.metadata;
    default: return metadataAt(row.metadata, field.slice("metadata.".length));
  }
}

/** The value at a dotted path; a key that holds dots itself is found as well. */
function metadataAt(text: string, path: string): unknown {
  const json = parseTolerantJson(text);
  let value: unknown = json.ok ? json.value : undefined;
  if (isRecord(value) && Object.hasOwn(value, path)) return value[path];
  for (const key of path.split(".")) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}
