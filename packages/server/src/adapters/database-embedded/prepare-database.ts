import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Clock } from "../../kit/clock.ts";
import { codeOf } from "./errors.ts";
import { administrator } from "./initialise-cluster.ts";
import type { Exit, Postmaster } from "./postmaster.ts";

/** The application's role and its database. */
export const applicationName = "bellhop";

/** How a start went on: the database is there, PostgreSQL ended, or nothing was heard of it for too long. */
export type Readiness = { kind: "ready" } | { kind: "exited"; exit: Exit } | { kind: "silent" };

type Address = { host: string; port: number };

/** Recovery after a crash may take minutes, but it reports its progress every 10 seconds. */
const longestSilence = 60_000;

/** Connects as soon as PostgreSQL lets us, and creates the application's role and database where they are missing. */
export async function prepareDatabase(postmaster: Postmaster, address: Address, clock: Clock): Promise<Readiness> {
  const exited = postmaster.exit.then((exit): Readiness => ({ kind: "exited", exit }));
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
    const client = new Client({ ...address, user: administrator, database: administrator, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined); // A lost connection also fails the query that is under way, where it is handled.
    if (await connected(client)) {
      await createMissing(client).finally(() => client.end());
      return { kind: "ready" };
    }
    if (clock.monotonic() - postmaster.lastSignOfWork() > longestSilence) return { kind: "silent" };
    const ended = await Promise.race([exited, sleep(pause)]);
    if (ended !== undefined) return ended;
  }
}

async function connected(client: Client): Promise<boolean> {
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (isNotYet(error)) return false;
    throw error;
  }
}

/** No socket yet, or 57P03: recovery from a crash is under way. The driver reports a connection closed early without a code. */
const isNotYet = (error: unknown): boolean => ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03", undefined].includes(codeOf(error));

/**
 * The role is no superuser: SQL that an attacker might get past us could otherwise run programs of the system.
 * It may create databases, which tests use to get an empty one each.
 */
async function createMissing(client: Client): Promise<void> {
  const { rows } = await client.query<{ role: boolean; database: boolean }>(
    "select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $1) as database",
    [applicationName],
  );
  if (rows[0]?.role !== true) await client.query(`create role ${applicationName} login createdb`);
  if (rows[0]?.database !== true) await client.query(`create database ${applicationName} owner ${applicationName}`);
}
