import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Database, Transaction } from "./database.ts";
import { sql } from "./database.ts";

type Migration = { number: number; name: string; text: string; checksum: string };

const folder = join(import.meta.dirname, "migrations");

// Two servers that start at once on an empty database take turns here; the number is ours alone.
const takeTurns = sql("migrate_lock", "select pg_advisory_xact_lock(7108310)");
const makeTable = sql("migrate_table", `
  create table if not exists schema_migrations (
    number      integer primary key,
    name        text not null,
    checksum    text not null,
    applied_at  timestamptz not null default now()
  )`);
const listApplied = sql("migrate_applied", "select number, name, checksum from schema_migrations order by number");
const recordApplied = sql("migrate_record", "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)");

export type MigrationReport = { applied: string[] };

/**
 * Brings the schema to this version, in one transaction: all of it or nothing.
 * Throws when the database was made by a newer Bellhop, or when a migration that ran here was changed afterwards.
 */
export function migrate(database: Database): Promise<MigrationReport> {
  const known = readMigrations();
  return database.transaction(async (tx) => {
    await tx.query(takeTurns, []);
    await tx.query(makeTable, []);
    const applied = await tx.query<{ number: number; name: string; checksum: string }>(listApplied, []);
    compare(known, applied);
    const missing = known.slice(applied.length);
    for (const migration of missing) await apply(tx, migration);
    return { applied: missing.map(({ name }) => name) };
  });
}

function readMigrations(): Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return names.map((name, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw new Error(`Migration ${name} leaves a gap: expected number ${index + 1}.`);
    const text = readFileSync(join(folder, name), "utf8");
    return { number, name, text, checksum: createHash("sha256").update(text).digest("hex") };
  });
}

function compare(known: readonly Migration[], applied: readonly { number: number; name: string; checksum: string }[]): void {
  for (const [index, done] of applied.entries()) {
    const ours = known[index];
    if (ours === undefined) throw new Error(`The database has migration ${done.name}, which this version of Bellhop does not know: it was made by a newer version.`);
    if (ours.checksum !== done.checksum) throw new Error(`Migration ${done.name} differs from the one that made this database.`);
  }
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  // No parameters: PostgreSQL then takes several statements in one message.
  await tx.query({ name: "", text: migration.text }, []);
  await tx.query(recordApplied, [migration.number, migration.name, migration.checksum]);
}
