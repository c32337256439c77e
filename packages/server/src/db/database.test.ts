import { afterAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "../testing/database.ts";
import { silentLog } from "../kit/log.ts";
import { openDatabase, sql } from "./database.ts";

const database = await createTestDatabase({ migrated: false });
const { db } = database;
afterAll(() => database.drop());
const one = sql("test_one", "select 1 as one");
const broken = sql("test_broken", "select 1 / 0 as one");

describe("a transaction", () => {
  test("runs what waits for its commit when it is durable, and not when it fails", async () => {
    const told: string[] = [];
    await db.transaction(async (tx) => {
      tx.afterCommit(() => told.push("committed"));
      await tx.query(one, []);
      expect(told).toEqual([]);
    });
    await expect(db.transaction(async (tx) => {
      tx.afterCommit(() => told.push("never"));
      await tx.query(broken, []);
    })).rejects.toThrow("division by zero");
    expect(told).toEqual(["committed"]);
  });

  test("that passes over a failed statement is no success", async () => {
    let told = false;
    await expect(db.transaction(async (tx) => {
      tx.afterCommit(() => { told = true; });
      await tx.query(broken, []).catch(() => []);
    })).rejects.toThrow("rolled back");
    expect(told).toBe(false);
  });

  test("that lost a deadlock is run again", async () => {
    await db.query(sql("test_pair", "create table pair (id integer primary key, n integer not null)"), []);
    await db.query(sql("test_pair_rows", "insert into pair values (1, 0), (2, 0)"), []);
    const add = sql("test_pair_add", "update pair set n = n + 1 where id = $1");
    let arrived = 0;
    let meet = (): void => undefined;
    const both = new Promise<void>((resolve) => { meet = resolve; });
    const cross = (first: number, second: number): Promise<void> => db.transaction(async (tx) => {
      await tx.query(add, [first]);
      arrived += 1;
      if (arrived >= 2) meet();
      await both;
      await tx.query(add, [second]);
    });
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect(await db.query(sql("test_pair_read", "select id, n from pair order by id"), [])).toEqual([{ id: 1, n: 2 }, { id: 2, n: 2 }]);
  });

  test("whose connection is lost between two statements fails, and the process goes on", async () => {
    const own = sql("test_own_pid", "select pg_backend_pid() as pid");
    const there = sql("test_pid_there", "select pid from pg_stat_activity where pid = $1");
    await expect(db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>(own, []);
      const pid = row?.pid ?? 0;
      await db.query(sql("test_terminate", "select pg_terminate_backend($1)"), [pid]);
      while ((await db.query(there, [pid])).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await tx.query(one, []);
    })).rejects.toThrow();
    expect(await db.query(one, [])).toEqual([{ one: 1 }]);
  });

  test("leaves its connection usable, however it ended", async () => {
    await Promise.allSettled(Array.from({ length: 30 }, (_, index) => db.transaction((tx) => tx.query(index % 2 === 0 ? one : broken, []))));
    expect(await db.query(one, [])).toEqual([{ one: 1 }]);
  });
});

describe("a rehearsal", () => {
  const add = sql("test_rehearsed_add", "insert into rehearsed values ($1)");
  const read = sql("test_rehearsed_read", "select n from rehearsed order by n");
  const make = sql("test_rehearsed", "create table if not exists rehearsed (n integer primary key)");

  test("reads what it wrote, over several transactions, and stores nothing", async () => {
    await db.query(make, []);
    await db.query(add, [1]);
    const told: string[] = [];
    const seen = await db.rehearse(async (rehearsal) => {
      for (const n of [2, 3])
        await rehearsal.transaction(async (tx) => {
          tx.afterCommit(() => told.push("never"));
          await tx.query(add, [n]);
        });
      await rehearsal.query(add, [4]);
      expect(await db.query(read, [])).toEqual([{ n: 1 }]);
      return rehearsal.query(read, []);
    });
    expect(seen).toEqual([1, 2, 3, 4].map((n) => ({ n })));
    expect(await db.query(read, [])).toEqual([{ n: 1 }]);
    expect(told).toEqual([]);
  });

  test("takes back a transaction of its own that fails, and goes on", async () => {
    await db.query(make, []);
    const seen = await db.rehearse(async (rehearsal) => {
      await rehearsal.transaction((tx) => tx.query(add, [10]));
      await expect(rehearsal.transaction(async (tx) => {
        await tx.query(add, [11]);
        await tx.query(broken, []);
      })).rejects.toThrow("division by zero");
      await expect(rehearsal.transaction((tx) => tx.query(broken, []).catch(() => []))).rejects.toThrow("aborted");
      return rehearsal.query<{ n: number }>(read, []);
    });
    expect(seen.map(({ n }) => n).filter((n) => n >= 10)).toEqual([10]);
  });

  test("that fails tells why, and leaves its connection usable", async () => {
    await Promise.all(Array.from({ length: 30 }, (_, index) => expect(db.rehearse(async (rehearsal) => {
      if (index % 2 === 0) await rehearsal.query(broken, []);
      throw new Error("division by zero");
    })).rejects.toThrow("division by zero")));
    expect(await db.query(one, [])).toEqual([{ one: 1 }]);
  });
});

describe("the connections of a process", () => {
  test("are told as they are used, with whoever waits for one and how long", async () => {
    const waits: number[] = [];
    const small = openDatabase({ url: database.url, poolSize: 1, log: silentLog, waited: (ms) => waits.push(ms) });
    const release = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    const first = small.transaction(async (tx) => {
      await tx.query(one, []);
      started.resolve(undefined);
      await release.promise;
    });
    await started.promise;
    const second = small.transaction((tx) => tx.query(one, []));
    expect(small.connections()).toEqual({ total: 1, idle: 0, waiting: 1 });
    release.resolve(undefined);
    await Promise.all([first, second]);
    expect(small.connections()).toEqual({ total: 1, idle: 1, waiting: 0 });
    expect(waits).toHaveLength(2);
    await small.close();
  });
});
