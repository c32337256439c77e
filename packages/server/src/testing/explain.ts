import type { Database, Sql } from "../db/database.ts";

/** The plan that every session uses for the statement, whatever the values; the tables need rows and `analyze`. */
export function planOf(db: Database, statement: Sql): Promise<string> {
  const parameters = Math.max(0, ...[...statement.text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  return db.transaction(async (tx) => {
    await tx.query({ name: "", text: `prepare explained as ${statement.text}` }, []);
    const rows = await tx.query<{ "QUERY PLAN": string }>({ name: "", text: `explain execute explained${parameters === 0 ? "" : `(${Array.from({ length: parameters }, () => "null").join(", ")})`}` }, []);
    await tx.query({ name: "", text: "deallocate explained" }, []);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
}
