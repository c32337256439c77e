import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import type { Connection } from "./connection.ts";
import { openConnection } from "./connection.ts";
import type { DialContext } from "./dial.ts";

export type PoolLimits = { maxConnectionsPerOrigin: number; maxIdleOrigins: number };

type Waiter = { endpoint: Endpoint; deadline: number; settle(connection: Connection | null): void };

type Origin = { idle: Connection[]; open: Set<Connection>; waiting: Waiter[] };

/** A name may move, and a judgement grows old: no connection is used for longer than this. */
const maxConnectionAgeMs = 60_000;

/** Kept connections by origin. An idle one was judged when it was dialled, and lives for seconds. */
export class ConnectionPool {
  // In the order of their last use: the first is the one to let go of.
  readonly #origins = new Map<string, Origin>();
  readonly #context: DialContext;
  readonly #limits: PoolLimits;
  #closed = false;

  constructor(context: DialContext, limits: PoolLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** A connection for one request; `null` if none became free before the deadline, or the pool is closed. */
  acquire(endpoint: Endpoint, deadline: number): Connection | null | Promise<Connection | null> {
    if (this.#closed) return null;
    const origin = this.#originOf(endpoint.origin);
    const idle = origin.idle.pop();
    if (idle) return Object.assign(idle, { deadline, dial: null });
    if (origin.open.size < this.#limits.maxConnectionsPerOrigin) return this.#open(endpoint, origin, deadline);
    return this.#wait(endpoint, origin, deadline);
  }

  /** Gives a connection back. `reusable: false` destroys it, and with it whatever is still under way on it. */
  release(connection: Connection, reusable: boolean): void {
    const origin = this.#origins.get(connection.origin);
    const isYoung = this.#context.clock.monotonic() - connection.openedAt < maxConnectionAgeMs;
    if (!origin || this.#closed || !reusable || !isYoung) return this.#drop(connection);
    const next = origin.waiting.shift();
    if (next) next.settle(Object.assign(connection, { deadline: next.deadline, dial: null }));
    else origin.idle.push(connection);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many sockets are kept or in use, over all origins; for metrics and tests. */
  get openConnections(): number {
    return [...this.#origins.values()].reduce((sum, origin) => sum + origin.open.size, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    for (const waiter of origins.flatMap((origin) => origin.waiting)) waiter.settle(null);
    await Promise.all(origins.flatMap((origin) => [...origin.open]).map((connection) => connection.client.destroy()));
  }

  #originOf(key: string): Origin {
    const known = this.#origins.get(key);
    const origin: Origin = known ?? { idle: [], open: new Set(), waiting: [] };
    this.#origins.delete(key);
    this.#origins.set(key, origin);
    if (!known && this.#origins.size > this.#limits.maxIdleOrigins) this.#evictIdleOrigin(key);
    return origin;
  }

  #evictIdleOrigin(newest: string): void {
    for (const [key, origin] of this.#origins) {
      if (key === newest || origin.idle.length < origin.open.size) continue;
      for (const connection of origin.idle.splice(0)) this.#drop(connection);
      this.#origins.delete(key);
      return;
    }
  }

  #open(endpoint: Endpoint, origin: Origin, deadline: number): Connection {
    const connection = openConnection(endpoint, deadline, this.#context);
    origin.open.add(connection);
    connection.client.on("disconnect", () => {
      if (origin.idle.includes(connection)) this.#drop(connection);
    });
    return connection;
  }

  #drop(connection: Connection): void {
    const origin = this.#origins.get(connection.origin);
    if (origin) {
      origin.open.delete(connection);
      const index = origin.idle.indexOf(connection);
      if (index !== -1) origin.idle.splice(index, 1);
      const next = origin.waiting.shift();
      if (next) next.settle(this.#open(next.endpoint, origin, next.deadline));
      else if (origin.open.size === 0) this.#origins.delete(connection.origin);
    }
    // destroy() fulfils always; what was under way fails through its own handler.
    void connection.client.destroy();
  }

  #wait(endpoint: Endpoint, origin: Origin, deadline: number): Promise<Connection | null> {
    return new Promise((resolve) => {
      const giveUp = (): void => {
        origin.waiting.splice(origin.waiting.indexOf(waiter), 1);
        resolve(null);
      };
      const timer = setTimeout(giveUp, Math.max(0, deadline - this.#context.clock.monotonic()));
      const settle = (connection: Connection | null): void => {
        clearTimeout(timer);
        resolve(connection);
      };
      const waiter: Waiter = { endpoint, deadline, settle };
      origin.waiting.push(waiter);
    });
  }
}
