import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import { createUser } from "../teams/index.ts";
import { forgetExpired, verifyLogin } from "./index.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const admin = await insertUser(database.db, "root", { isAdmin: true });
  await createUser(testServices(database.db), admin, { username: "Ada", email: "ada@example.com", password: "correct horse" });
});
beforeEach(() => database.db.query(sql("test_no_failures", "delete from login_failures"), []));
afterAll(() => database.drop());

const from = (address: string, username: string, password: string): Promise<Viewer | null> => verifyLogin({ db: database.db }, { address, userAgent: null }, { username, password });
const fail = async (count: number, attempt: (index: number) => Promise<Viewer | null>): Promise<void> => {
  for (let index = 0; index < count; index++) expect(await attempt(index)).toBeNull();
};
const passTime = (): Promise<unknown> => database.db.query(sql("test_window_over", "update login_failures set window_ends = now() - interval '1 second'"), []);
/** 1: a name at an address, 2: a name, 3: an address. */
const haveFailed = (set: { kind: 1 | 2 | 3; failures: number }): Promise<unknown> => database.db.query(sql("test_failed", "update login_failures set failures = $2 where kind = $1"), [set.kind, set.failures]);
const blocked = { code: "too_many_requests", status: 429 };

describe("verifyLogin", () => {
  test("knows a user by name or email, in any case", async () => {
    expect(await from("a", "ada", "correct horse")).toMatchObject({ username: "Ada", isAdmin: false });
    expect(await from("a", " ADA@example.com ", "correct horse")).toMatchObject({ username: "Ada" });
  });

  test("refuses a wrong password, an unknown user, and a user without a password", async () => {
    expect(await from("a", "ada", "wrong")).toBeNull();
    expect(await from("a", "nobody", "correct horse")).toBeNull();
    expect(await from("a", "root", "")).toBeNull();
  });

  test("blocks a name at an address after ten failures, and only there, until the window ends, and says for how long", async () => {
    await fail(10, () => from("a", "ada", "wrong"));
    const failure: unknown = await from("a", "Ada", "correct horse").catch((error: unknown) => error);
    expect(failure).toMatchObject(blocked);
    const seconds = failure instanceof Object && "retryAfterSeconds" in failure ? Number(failure.retryAfterSeconds) : 0;
    expect(seconds).toBeGreaterThan(880);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(await from("b", "ada", "correct horse")).not.toBeNull();
    await passTime();
    expect(await from("a", "ada", "correct horse")).not.toBeNull();
  }, 20_000);

  test("counts attempts that arrive together", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => from("a", "ada", "wrong")));
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(2);
  });

  test("an address has fifty failures, whatever names it tries, and an IPv6 subscriber is one address", async () => {
    await fail(1, () => from("2001:db8::1", "somebody", "wrong"));
    await haveFailed({ kind: 3, failures: 49 });
    await fail(1, () => from("2001:db8::2", "somebody else", "wrong"));
    await expect(from("2001:db8::ffff", "ada", "correct horse")).rejects.toMatchObject(blocked);
    expect(await from("2001:db8:0:1::1", "ada", "correct horse")).not.toBeNull();
  });

  test("a name has fifty failures from anywhere, and what a blocked address tries is not counted against it", async () => {
    await fail(1, () => from("a", "ada", "wrong"));
    await haveFailed({ kind: 1, failures: 10 });
    for (let index = 0; index < 60; index++) await expect(from("a", "ada", "wrong")).rejects.toMatchObject(blocked);
    expect(await from("b", "ada", "correct horse")).not.toBeNull();
    await haveFailed({ kind: 2, failures: 49 });
    await fail(1, () => from("c", "ada", "wrong"));
    await expect(from("d", "ada", "correct horse")).rejects.toMatchObject(blocked);
  });

  test("a right password clears its name at its address, and does not give the address a fresh start", async () => {
    await fail(1, () => from("a", "ada", "wrong"));
    await database.db.query(sql("test_failed_nine", "update login_failures set failures = 9"), []);
    expect(await from("a", "ada", "correct horse")).not.toBeNull();
    await fail(1, () => from("a", "ada", "wrong"));
    const counts = await database.db.query<{ failures: number }>(sql("test_failures", "select failures from login_failures where kind <= 3 order by kind"), []);
    expect(counts.map(({ failures }) => failures)).toEqual([1, 10, 10]);
  });

  test("what no longer counts is deleted, and no name is kept", async () => {
    await fail(1, () => from("a", "my password, by mistake", "wrong"));
    const kept = await database.db.query(sql("test_all_failures", "select * from login_failures"), []);
    expect(kept, "three counts, and what was noted").toHaveLength(4);
    expect(JSON.stringify(kept)).not.toContain("by mistake");
    await forgetExpired({ db: database.db });
    expect(await database.db.query(sql("test_all_failures", "select * from login_failures"), [])).toHaveLength(4);
    await passTime();
    await forgetExpired({ db: database.db });
    expect(await database.db.query(sql("test_all_failures", "select * from login_failures"), [])).toHaveLength(0);
  });
});
