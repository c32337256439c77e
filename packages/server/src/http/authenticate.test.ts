import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey, deleteApiKey } from "../features/tokens/index.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertUser } from "../testing/people.ts";
import type { Database } from "../db/database.ts";
import { makeAuthenticate } from "./authenticate.ts";
import { testServices } from "../testing/services.ts";

let database: TestDatabase;
let viewer: Viewer;
let key: { id: string; apiKey: string };
beforeAll(async () => {
  database = await createTestDatabase();
  viewer = await insertUser(database.db, "ada");
  key = await createApiKey(testServices(database.db), viewer, { description: null });
});
afterAll(() => database.drop());

const basic = (text: string): { headers: { authorization: string } } => ({ headers: { authorization: `Basic ${Buffer.from(text).toString("base64")}` } });

/** A clock that stands still until it is moved, and a database that counts. */
function setUp(): { authenticate: ReturnType<typeof makeAuthenticate>; move(ms: number): void; queries(): number } {
  let now = 0;
  let queries = 0;
  const db: Database = { ...database.db, query: (statement, values) => { queries += 1; return database.db.query(statement, values); } };
  const clock = { now: () => new Date(0), monotonic: () => now };
  return { authenticate: makeAuthenticate(testServices(db, { clock })), move: (ms) => { now += ms; }, queries: () => queries };
}

describe("authenticate", () => {
  test("takes a key as Bearer, and as the password of Basic behind any user name", async () => {
    const { authenticate } = setUp();
    const expected = { userId: viewer.userId, username: "ada", entityId: viewer.entityId, isAdmin: false };
    expect(await authenticate({ headers: { authorization: `Bearer ${key.apiKey}` } })).toEqual(expected);
    expect(await authenticate({ headers: { authorization: `bearer  ${key.apiKey} ` } })).toEqual(expected);
    expect(await authenticate(basic(`api:${key.apiKey}`))).toEqual(expected);
    expect(await authenticate(basic(`:${key.apiKey}`))).toEqual(expected);
  });

  test("gives null without credentials", async () => {
    expect(await setUp().authenticate({ headers: {} })).toBeNull();
  });

  test.each([
    ["an unknown key", `Bearer ${"a".repeat(40)}`],
    ["a key that is too short", "Bearer abc"],
    ["another scheme", "Digest username=x"],
    ["Basic without a colon", `Basic ${Buffer.from("nothing").toString("base64")}`],
    ["an empty Basic", "Basic"],
  ])("refuses %s", async (_what, authorization) => {
    await expect(setUp().authenticate({ headers: { authorization } })).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
  });

  test("asks the database once for many requests within a second, and anew after it", async () => {
    const { authenticate, move, queries } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => authenticate(basic(`api:${key.apiKey}`))));
    expect(queries()).toBe(1);
    move(999);
    await authenticate(basic(`api:${key.apiKey}`));
    expect(queries()).toBe(1);
    move(1);
    await authenticate(basic(`api:${key.apiKey}`));
    expect(queries()).toBe(2);
  });

  test("a revoked key stops working within a second", async () => {
    const { authenticate, move } = setUp();
    const revoked = await createApiKey(testServices(database.db), viewer, { description: null });
    const request = { headers: { authorization: `Bearer ${revoked.apiKey}` } };
    await authenticate(request);
    await deleteApiKey(testServices(database.db), viewer, { id: revoked.id });
    move(1_000);
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("a key that was refused works as soon as it exists", async () => {
    const { authenticate, queries } = setUp();
    const request = { headers: { authorization: `Bearer ${"b".repeat(40)}` } };
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(queries()).toBe(2);
  });
});
