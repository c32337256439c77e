import type { ColumnOrder } from "../../db/queries/runs-list.ts";
import { countRunRows, listRunRows, orderColumns } from "../../db/queries/runs-list.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import { findRunsByIds } from "../../db/queries/runs.ts";
import { invalid, invalidAt } from "../../domain/failure.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { parseFilter } from "../../domain/filter/parse-filter.ts";
import type { ColumnConditions } from "../../domain/run-filter.ts";
import { columnConditions, runListFields, subjectOf } from "../../domain/run-filter.ts";
import { resolveField } from "../../domain/filter/field-catalogue.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Services } from "../services.ts";

type Needs = Pick<Services, "db">;

export type RunListing = { /** JSON text. */ filters: string | null; /** `-created_at`, `+config.lr.value`, … */ order: string | null; limit: number; offset: number };

const batchSize = 200;

/** Runs of a project that the viewer may see, filtered, ordered and paged. */
export async function listRuns(services: Needs, project: { id: number }, listing: RunListing): Promise<RunRow[]> {
  const { limit, offset } = listing;
  const search = readSearch(listing.filters);
  const order = readOrder(listing.order);
  if ("field" in order) return await listByValue(services, project.id, { search, order, limit, offset });
  if (search.rest === null) return await listRunRows(services.db, { projectId: project.id, conditions: search.conditions, order, limit, offset });
  const found: RunRow[] = [];
  let skipped = 0;
  for await (const run of matching(services, project.id, search, order)) {
    if (skipped < offset) skipped += 1;
    else if (found.push(run) >= limit) break;
  }
  return found;
}

/** How many runs of the project a filter finds. */
export async function countRuns(services: Needs, project: { id: number }, filters: string | null): Promise<number> {
  const search = readSearch(filters);
  if (search.rest === null) return await countRunRows(services.db, project.id, search.conditions);
  let total = 0;
  for await (const _ of matching(services, project.id, search, byAge)) total += 1;
  return total;
}

/** Columns answer some conditions; `rest` is asked about each run that they let through. */
type Search = { conditions: ColumnConditions; rest: Filter | null };

function readSearch(filters: string | null): Search {
  const parsed = parseTolerantJson(filters === null || filters === "" ? "{}" : filters);
  if (!parsed.ok) throw invalidAt("filters", `is not JSON: ${parsed.message}, at character ${parsed.offset}`);
  const filter = parseFilter(parsed.value ?? {}, runListFields);
  if (!filter.ok) throw invalid(filter.problems.map(({ path, message }) => ({ path: path === "" ? "filters" : `filters.${path}`, message })));
  const { conditions, complete } = columnConditions(filter.filter);
  return { conditions, rest: complete ? null : filter.filter };
}

type ValueOrder = { field: string; descending: boolean };
const byAge: ColumnOrder = { column: "created_at", descending: false };

function readOrder(text: string | null): ColumnOrder | ValueOrder {
  if (text === null || text === "") return byAge;
  const descending = text.startsWith("-");
  const written = text.replace(/^[+-]/, "");
  const field = resolveField(runListFields, written);
  if (field === undefined) throw invalidAt("order", `runs cannot be ordered by "${written.slice(0, 60)}"`);
  const column = orderColumns.find((known) => known === field);
  return column === undefined ? { field, descending } : { column, descending };
}

async function* matching(services: Needs, projectId: number, search: Search, order: ColumnOrder): AsyncGenerator<RunRow> {
  for (let offset = 0; ; offset += batchSize) {
    const batch = await listRunRows(services.db, { projectId, conditions: search.conditions, order, limit: batchSize, offset });
    for (const run of batch) if (search.rest === null || evaluate(search.rest, subjectOf(run))) yield run;
    if (batch.length < batchSize) return;
  }
}

/** Values within config and summary have no column: their runs are ordered here, by id and value alone. */
async function listByValue(services: Needs, projectId: number, page: { search: Search; order: ValueOrder; limit: number; offset: number }): Promise<RunRow[]> {
  const keyed: { id: number; value: unknown }[] = [];
  for await (const run of matching(services, projectId, page.search, byAge)) keyed.push({ id: run.id, value: subjectOf(run)(page.order.field) });
  const sign = page.order.descending ? -1 : 1;
  keyed.sort((a, b) => compareValues(a.value, b.value, sign) || (a.id - b.id) * sign);
  const ids = keyed.slice(page.offset, page.offset + page.limit).map(({ id }) => id);
  const rows = new Map((await findRunsByIds(services.db, ids)).map((run) => [run.id, run]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

/** Numbers before texts; whatever cannot be ordered goes last, in either direction. */
function compareValues(a: unknown, b: unknown, sign: 1 | -1): number {
  const byKind = orderKind(a) - orderKind(b);
  if (byKind !== 0 || orderKind(a) === 2) return byKind;
  if (typeof a === "number" && typeof b === "number") return (a - b) * sign;
  return (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0) * sign;
}

function orderKind(value: unknown): 0 | 1 | 2 {
  if (typeof value === "number" && !Number.isNaN(value)) return 0;
  return typeof value === "string" ? 1 : 2;
}
