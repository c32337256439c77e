import type { ColumnConditions } from "../../domain/run-filter.ts";
import type { Querier, Sql, Value } from "../database.ts";
import { sql } from "../database.ts";
import type { RunRow } from "./runs.ts";
import { runColumns } from "./runs.ts";

export const orderColumns = ["created_at", "heartbeat_at", "name", "display_name", "state"] as const;
export type OrderColumn = (typeof orderColumns)[number];
export type ColumnOrder = { column: OrderColumn; descending: boolean };

const where = `
  where run.project_id = $1 and ($2::text[] is null or run.name = any($2)) and ($3::text[] is null or run.display_name = any($3))
    and ($4::text[] is null or run.state = any($4)) and ($5::text[] is null or run.sweep_name = any($5))`;

const conditionsOf = (projectId: number, conditions: ColumnConditions): Value[] => [projectId, conditions.name, conditions.display_name, conditions.state, conditions.sweep];

// A statement per order, since a column cannot be a parameter. The id breaks ties, so that pages never overlap.
const lists = new Map<string, Sql>(
  orderColumns.flatMap((column) => ["asc", "desc"].map((direction): [string, Sql] => [`${column} ${direction}`, sql(`runs_list_${column}_${direction}`, `
  select ${runColumns} from runs as run left join users as author on author.id = run.user_id ${where}
  order by run.${column} ${direction}, run.id ${direction} limit $6 offset $7`)])),
);

export type RunPage = { projectId: number; conditions: ColumnConditions; order: ColumnOrder; limit: number; offset: number };

export async function listRunRows(db: Querier, page: RunPage): Promise<RunRow[]> {
  const statement = lists.get(`${page.order.column} ${page.order.descending ? "desc" : "asc"}`);
  if (statement === undefined) throw new Error(`no list of runs in the order of ${page.order.column}`);
  return await db.query<RunRow>(statement, [...conditionsOf(page.projectId, page.conditions), page.limit, page.offset]);
}

const count = sql("runs_count", `select count(*) as total from runs as run ${where}`);

export async function countRunRows(db: Querier, projectId: number, conditions: ColumnConditions): Promise<number> {
  return (await db.query<{ total: number }>(count, conditionsOf(projectId, conditions)))[0]?.total ?? 0;
}
