import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Database, Transaction } from "./database.ts";
import { sql } from "./database.ts";

/** `breaking`: a version of before it cannot work with the schema of after it. */
type Migration = { number: number; name: string; text: string; checksum: string; breaking: boolean };
type Applied = Omit<Migration, "text">;

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
// An old version has to know of a migration that it does not have whether it may go on; so the one that applies it notes
// it here. What was noted by a version that knew no such mark is not trusted.
const addMark = sql("migrate_mark", "alter table schema_migrations add column if not exists breaking boolean not null default true");
const listApplied = sql("migrate_applied", "select number, name, checksum, breaking from schema_migrations order by number");
const recordApplied = sql("migrate_record", "insert into schema_migrations (number, name, checksum, breaking) values ($1, $2, $3, $4)");

export type MigrationReport = {
  applied: string[];
  /** Migrations of a newer version that runs on this database too; this one can work with what they made. */
  newer: string[];
};

/**
 * Brings the schema to this version, in one transaction: all of it or nothing.
 * A schema that a newer version has only expanded is taken as it is, so that the versions before and after an upgrade run
 * side by side. Throws when a newer one has changed it in a way that this one cannot work with, or when a migration that ran here was changed afterwards.
 */
export function migrate(database: Database, from = folder): Promise<MigrationReport> {
  const known = readMigrations(from);
  return database.transaction(async (tx) => {
    await tx.query(takeTurns, []);
    await tx.query(makeTable, []);
    await tx.query(addMark, []);
    const applied = await tx.query<Applied>(listApplied, []);
    compare(known, applied);
    const missing = known.slice(applied.length);
    for (const migration of missing) await apply(tx, migration);
    return { applied: missing.map(({ name }) => name), newer: applied.slice(known.length).map(({ name }) => name) };
  });
}

/** A migration that is breaking says so in its first line, and why it may be so now. */
const breakingMark = /^-- breaking: \S/;

function readMigrations(from: string): Migration[] {
  const names = readdirSync(from).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return names.map((name, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw new Error(`Migration ${name} leaves a gap: expected number ${index + 1}.`);
    const text = readFileSync(join(from, name), "utf8");
    return { number, name, text, checksum: createHash("sha256").update(text).digest("hex"), breaking: breakingMark.test(text) };
  });
}

function compare(known: readonly Migration[], applied: readonly Applied[]): void {
  for (const [index, done] of applied.entries()) {
    const ours = known[index];
    if (ours === undefined) {
      if (done.breaking) throw new Error(`The database has migration ${done.name}, which this version of Bellhop cannot work with: it was made by a newer version.`);
    } else if (ours.checksum !== done.checksum) throw new Error(`Migration ${done.name} differs from the one that made this database.`);
  }
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  // No parameters: PostgreSQL then takes several statements in one message.
  await tx.query({ name: "", text: migration.text }, []);
  await tx.query(recordApplied, [migration.number, migration.name, migration.checksum, migration.breaking]);
}
