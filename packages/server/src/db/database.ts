import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { invalidAt } from "../domain/failure.ts";
import { systemClock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";

/** A statement: named, so that PostgreSQL plans it once per connection. */
export type Sql = { readonly name: string; readonly text: string };

/** Declares a statement. The name has to be unique in the code base; it shows up in pg_prepared_statements. */
export const sql = (name: string, text: string): Sql => ({ name, text });

export type Value = string | number | bigint | boolean | null | Date | Buffer | readonly (string | number | null)[];

/** Runs one statement and gives its rows. `Row` states what the statement selects; it stands beside the SQL. */
export type Querier = {
  query<Row extends object>(statement: Sql, values: readonly Value[]): Promise<Row[]>;
};

/** An open transaction. */
export type Transaction = Querier & {
  readonly inTransaction: true;
  /** Runs `work` once the transaction is durable; not at all when it is rolled back. */
  afterCommit(work: () => void): void;
};

export type Database = Querier & {
  /** Runs `work` in one transaction; again, up to twice, when PostgreSQL chose it as the victim of a deadlock. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` on a database of its own: what it reads is there, what it writes it reads back, and in the end nothing of
   * it was stored. Transactions within are kept apart as ever, one after the other; what waits for a commit never comes.
   */
  rehearse<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** A connection of its own that hears NOTIFY; reconnects by itself. Gives a function that ends it. */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
  /** How the connections are used just now; `waiting`: who has to wait for one. */
  connections(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
};

export type DatabaseOptions = { url: string; poolSize: number; log: Log; /** Told how many milliseconds a transaction waited for a connection. */ waited?: (ms: number) => void };

// bigint columns are ids, counts and sizes, all below 2^53: numbers are exact, and easier to hold than bigint.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const deadlockPauseMs = 20;
/** What PostgreSQL says of the one character that its text and its jsonb can't hold. */
const holdsNul = new Set(["22021", "22P05"]);
const deadlockOrSerialization = new Set(["40001", "40P01"]);

export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** Whether the error is the violation of the named unique index or constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === "23505" && error.constraint === constraint;
}

// Every statement is named and finds its rows by an index, so one plan serves all values. Left to itself PostgreSQL plans
// those with JSON or array parameters anew each time, which costs it more than running them. A plan that was made while
// its tables were empty reads all of them, and stays until they are analyzed: where there is an index it is to be used.
const sessionOptions = "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off";

export function openDatabase(options: DatabaseOptions): Database {
  // Pipelined: a statement is sent without waiting for the answer to the one before, where the caller does not wait either.
  const pool = new pg.Pool({ pipeline: true, connectionString: options.url, max: options.poolSize, idleTimeoutMillis: 30_000, connectionTimeoutMillis: 10_000, application_name: "bellhop", options: sessionOptions });
  // Without a listener a connection that breaks would end the process: the pool listens while one is idle, and we always.
  pool.on("error", (error) => options.log.warn({ reason: error.message }, "idle database connection lost"));
  pool.on("connect", (client) => client.on("error", (error) => options.log.debug({ reason: error.message }, "database connection lost; who used it is told by its statement")));
  return {
    query: (statement, values) => run(pool, statement, values),
    transaction: (work) => inTransaction(pool, work, options.waited),
    rehearse: (work) => rehearse(pool, work),
    listen: (channel, heard) => listen(options, channel, heard),
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

async function run<Row extends object>(client: pg.Pool | pg.PoolClient, statement: Sql, values: readonly Value[]): Promise<Row[]> {
  try {
    const result = await client.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
    return result.rows;
  } catch (error) {
    throw holdsNul.has(sqlState(error) ?? "") ? invalidAt("", "A text holds the character U+0000, which PostgreSQL can't store.") : error;
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>, waited: DatabaseOptions["waited"]): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(pool, work, waited);
    } catch (error) {
      if (tries >= 3 || !deadlockOrSerialization.has(sqlState(error) ?? "")) throw error;
      // The other one is woken only now: at once, this one would take the same rows before it.
      await pause(tries * deadlockPauseMs);
    }
  }
}

async function once<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>, waited: DatabaseOptions["waited"]): Promise<T> {
  const asked = systemClock.monotonic();
  const client = await pool.connect();
  waited?.(systemClock.monotonic() - asked);
  const committed: (() => void)[] = [];
  let broken: Error | undefined;
  try {
    // Not awaited by itself: it travels with the first statement of the work.
    const begun = client.query("begin");
    const [result] = await Promise.all([work({ inTransaction: true, query: (statement, values) => run(client, statement, values), afterCommit: (then) => committed.push(then) }), begun]);
    const ended = await client.query("commit");
    // PostgreSQL answers a commit after a failed statement with ROLLBACK, and no error.
    if (ended.command !== "COMMIT") throw new Error("The transaction was rolled back: a statement in it had failed, and the failure was passed over.");
    for (const then of committed) then();
    return result;
  } catch (error) {
    broken = await rollback(client);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function rehearse<T>(pool: pg.Pool, work: (db: Database) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    return await work(rehearsalOn(client));
  } finally {
    client.release(await rollback(client));
  }
}

function rehearsalOn(client: pg.PoolClient): Database {
  const query: Querier["query"] = (statement, values) => run(client, statement, values);
  const refuse = (): Promise<never> => Promise.reject(new Error("not in a rehearsal"));
  return { query, transaction: (work) => withinRehearsal(client, () => work({ inTransaction: true, query, afterCommit: () => undefined })), rehearse: refuse, listen: refuse, connections: () => ({ total: 1, idle: 0, waiting: 0 }), close: refuse };
}

async function withinRehearsal<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query("savepoint rehearsed");
  try {
    const result = await work();
    await client.query("release savepoint rehearsed");
    return result;
  } catch (error) {
    await client.query("rollback to savepoint rehearsed");
    throw error;
  }
}

/** Gives the error when not even the rollback went through: the connection is then thrown away. */
async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error("rollback failed");
  }
}

async function listen(options: DatabaseOptions, channel: string, heard: () => void): Promise<() => Promise<void>> {
  let ended = false;
  let current: pg.Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: options.url, application_name: "bellhop listen" });
    const lost = (): void => {
      if (ended || current !== client) return;
      current = null;
      retry = setTimeout(() => void connect(), 1_000);
    };
    client.on("error", lost);
    client.on("end", lost);
    client.on("notification", heard);
    current = client;
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      heard();
    } catch (error) {
      options.log.warn({ reason: sqlState(error) ?? "connection" }, "cannot listen for notifications; trying again");
      lost();
    }
  };
  await connect();
  return async () => {
    ended = true;
    if (retry !== null) clearTimeout(retry);
    await current?.end();
  };
}
