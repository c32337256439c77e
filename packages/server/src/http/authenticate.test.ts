import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { sql } from "../db/database.ts";
import type { Viewer } from "../domain/viewer.ts";
import { createApiKey, credentialsChannel, deleteApiKey } from "../features/tokens/index.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertUser } from "../testing/people.ts";
import { testServices } from "../testing/services.ts";
import { until } from "../testing/until.ts";
import { makeAuthenticate } from "./authenticate.ts";
import { asking } from "./testing/asking.ts";

let database: TestDatabase;
let viewer: Viewer;
let key: { id: string; apiKey: string };
beforeAll(async () => {
  database = await createTestDatabase();
  viewer = await insertUser(database.db, "ada");
  key = await createApiKey(testServices(database.db), viewer, { description: "laptop" });
});
afterAll(() => database.drop());

const basic = (text: string): ReturnType<typeof asking> => asking({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
const bearer = (apiKey: string): ReturnType<typeof asking> => asking({ authorization: `Bearer ${apiKey}`, "user-agent": "wandb-core" });

/** A clock that stands still until it is moved, and a database that counts how often it is asked who somebody is. */
function setUp(): { services: ReturnType<typeof testServices>; authenticate: ReturnType<typeof makeAuthenticate>; move(ms: number): void; queries(): number; touches(): number } {
  let now = 0;
  const asked: string[] = [];
  const db: Database = { ...database.db, query: (statement, values) => { asked.push(statement.name); return database.db.query(statement, values); } };
  const services = testServices(db, { clock: { now: () => new Date(), monotonic: () => now } });
  const count = (part: string): number => asked.filter((name) => name.startsWith(part)).length;
  return { services, authenticate: makeAuthenticate(services), move: (ms) => { now += ms; }, queries: () => count("credentials_api_key"), touches: () => count("credentials_touch") };
}

describe("authenticate", () => {
  test("takes a key as Bearer, and as the password of Basic behind any user name, and says where it came from", async () => {
    const { authenticate } = setUp();
    const expected = { userId: viewer.userId, username: "ada", entityId: viewer.entityId, isAdmin: false };
    expect(await authenticate(bearer(key.apiKey))).toEqual({ ...expected, origin: { credential: { kind: "api_key", id: key.id, name: "laptop" }, address: "192.0.2.1", userAgent: "wandb-core" } });
    expect(await authenticate(asking({ authorization: `bearer  ${key.apiKey} ` }))).toMatchObject(expected);
    expect(await authenticate(basic(`api:${key.apiKey}`))).toMatchObject(expected);
    expect(await authenticate(basic(`:${key.apiKey}`))).toMatchObject(expected);
  });

  test("gives null without credentials", async () => {
    expect(await setUp().authenticate(asking({}))).toBeNull();
  });

  test.each([
    ["an unknown key", `Bearer ${"a".repeat(40)}`],
    ["a key that is too short", "Bearer abc"],
    ["another scheme", "Digest username=x"],
    ["Basic without a colon", `Basic ${Buffer.from("nothing").toString("base64")}`],
    ["an empty Basic", "Basic"],
  ])("refuses %s", async (_what, authorization) => {
    await expect(setUp().authenticate(asking({ authorization }))).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
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

  test("notes the use of a key once a minute, not with every request", async () => {
    const { services, authenticate, move, touches } = setUp();
    const used = await createApiKey(services, viewer, { description: null });
    const lastUse = async (): Promise<Date | null> => (await database.db.query<{ at: Date | null }>(sql("test_last_use", "select last_used_at as at from api_keys where id = $1"), [used.id]))[0]?.at ?? null;
    expect(await lastUse()).toBeNull();
    await authenticate(bearer(used.apiKey));
    await until("the use is noted", async () => (await lastUse()) !== null);
    for (let second = 0; second < 5; second++) {
      move(1_000);
      await authenticate(bearer(used.apiKey));
    }
    expect(touches()).toBe(1);
    await database.db.query(sql("test_used_long_ago", "update api_keys set last_used_at = now() - interval '61 seconds' where id = $1"), [used.id]);
    move(1_000);
    await authenticate(bearer(used.apiKey));
    expect(touches()).toBe(2);
  });

  test("a revoked key stops working at once, though it was known for good", async () => {
    const { services, authenticate } = setUp();
    const revoked = await createApiKey(services, viewer, { description: null });
    await authenticate(bearer(revoked.apiKey));
    await deleteApiKey(services, viewer, { id: revoked.id });
    await expect(authenticate(bearer(revoked.apiKey))).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("a key that another process revokes is forgotten, while the clock stands still", async () => {
    const here = setUp();
    const stop = await database.db.listen(credentialsChannel, here.services.credentials.forget);
    try {
      const revoked = await createApiKey(here.services, viewer, { description: null });
      await here.authenticate(bearer(revoked.apiKey));
      await deleteApiKey(setUp().services, viewer, { id: revoked.id });
      await until("the key is refused", async () => (await here.authenticate(bearer(revoked.apiKey)).catch(() => null)) === null);
    } finally {
      await stop();
    }
  });

  test("a key works until it expires, and one that would have expired already is not made", async () => {
    const { services, authenticate, move } = setUp();
    const soon = await createApiKey(services, viewer, { description: null, expiresAt: new Date(Date.now() + 3_600_000) });
    expect(await authenticate(bearer(soon.apiKey))).toMatchObject({ username: "ada" });
    await database.db.query(sql("test_expire", "update api_keys set expires_at = now() where id = $1"), [soon.id]);
    move(1_000);
    await expect(authenticate(bearer(soon.apiKey))).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(createApiKey(services, viewer, { description: null, expiresAt: new Date(0) })).rejects.toMatchObject({ code: "invalid" });
  });

  test("a key that was refused works as soon as it exists", async () => {
    const { authenticate, queries } = setUp();
    const request = bearer("b".repeat(40));
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(queries()).toBe(2);
  });
});
