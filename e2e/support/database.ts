import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export type DatabaseKind = "embedded" | "server";

/** What makes a server use that kind of database: nothing for the embedded one, a new database's address for a server. */
export async function databaseFor(kind: DatabaseKind): Promise<{ databaseUrl?: string }> {
  if (kind === "embedded") return {};
  const server = inject("postgres");
  const name = `e2e_${randomBytes(6).toString("hex")}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return { databaseUrl: server.replace(/\/[^/?]*(\?|$)/, `/${name}$1`) };
}
