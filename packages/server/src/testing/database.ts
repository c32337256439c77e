import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { Database } from "../db/database.ts";
import { openDatabase } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { silentLog } from "../kit/log.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL server on which tests may create databases; from testing/global-setup.ts. */
    databaseServer: string;
  }
}

export type TestDatabase = { db: Database; url: string; drop(): Promise<void> };

/** A new, migrated database of the test file's own, on a real PostgreSQL. */
export async function createTestDatabase(options: { migrated: boolean } = { migrated: true }): Promise<TestDatabase> {
  const server = inject("databaseServer");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database ${name} template template0 encoding 'UTF8'`);
  const url = withDatabase(server, name);
  const db = openDatabase({ url, poolSize: 10, log: silentLog });
  if (options.migrated) await migrate(db);
  return {
    db,
    url,
    drop: async () => {
      await db.close();
      await dropDatabase(server, name);
    },
  };
}

const insufficientPrivilege = "42501";

/** The server's address with another database in it. Not by URL: that refuses the empty host of a unix socket's address. */
export const withDatabase = (server: string, name: string): string => server.replace(/^(postgres(?:ql)?:\/\/[^/]*)\/[^?]*/, `$1/${name}`);

/** By force, since a test may have left connections; the server's own autovacuum may not be ended so, and goes by itself. */
async function dropDatabase(server: string, name: string): Promise<void> {
  try {
    await onServer(server, `drop database ${name} with (force)`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== insufficientPrivilege) throw error;
    await onServer(server, `drop database ${name}`);
  }
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
