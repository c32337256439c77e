import type { Querier, Sql } from "../db/database.ts";
import { sql } from "../db/database.ts";

/** The plan that every session uses for the statement, whatever the values; the tables need rows and `analyze`. */
export async function planOf(db: Querier, statement: Sql): Promise<string> {
  const rows = await db.query<{ "QUERY PLAN": string }>(sql("", `explain (generic_plan) ${statement.text}`), []);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}
