import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

const ping = sql("server_ping", "select 1 as one");
const notify = sql("server_notify", "select pg_notify($1, '')");

/** Rejects when the database does not answer. */
export async function pingDatabase(db: Querier): Promise<void> {
  await db.query(ping, []);
}

/** Wakes whoever listens on the channel. A hint only: nothing depends on its arrival. */
export async function notifyJobs(db: Querier, channel: string): Promise<void> {
  await db.query(notify, [channel]);
}
