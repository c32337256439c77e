import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { mostNoted } from "../../domain/sign-in.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import type { AuditRow } from "../audit/index.ts";
import { listAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { createUser } from "../teams/index.ts";
import { createSession, recordRefusedKeys, verifyLogin } from "./index.ts";

let database: TestDatabase;
let services: Services;
let root: Viewer;
let ada: Viewer;
let bob: Viewer;
beforeAll(async () => {
  database = await createTestDatabase();
  services = testServices(database.db);
  root = await insertUser(database.db, "root", { isAdmin: true });
  const viewerOf = async (username: string): Promise<Viewer> => {
    const { user } = await createUser(services, root, { username, email: `${username}@example.com`, password: "correct horse" });
    return { userId: user.id, username, entityId: user.entityId, isAdmin: false };
  };
  [ada, bob] = [await viewerOf("Ada"), await viewerOf("Bob")];
});
beforeEach(async () => {
  await database.db.query(sql("test_no_failures", "delete from login_failures"), []);
  await database.db.query(sql("test_no_entries", "delete from audit_entries"), []);
});
afterAll(() => database.drop());

const tryIt = (username: string, password: string, address = "192.0.2.1"): Promise<Viewer | null> => verifyLogin(services, { address, userAgent: "a browser" }, { username, password });
const log = (viewer: Viewer, entity: string | null): Promise<AuditRow[]> => listAudit(services, viewer, { entity, actor: null, objectType: null, object: null, since: null, until: null, after: null, limit: 1_000 });
const afters = (rows: readonly AuditRow[]): unknown[] => rows.map(({ after }) => after);
const hammer = async (count: number, attempt: (index: number) => Promise<unknown>): Promise<void> => {
  for (let index = 0; index < count; index++) await expect(attempt(index)).rejects.toMatchObject({ code: "too_many_requests" });
};
const blocked = { code: "too_many_requests" };

describe("a failed sign-in", () => {
  test("stands in the log of the user whose name or email was typed, with the reason and where it came from, for the user and the server's administrators", async () => {
    await expect(createSession(services, { address: "192.0.2.7", userAgent: "a browser" }, { username: " ADA@example.com", password: "wrong" })).rejects.toMatchObject({ code: "unauthenticated" });
    await tryIt("ada", "wrong");
    const rows = await log(ada, "Ada");
    expect(rows).toMatchObject([
      { action: "session.refuse", actor: null, entity: "Ada", object_type: "session", object_id: "", object_name: "Ada", address: "192.0.2.1", after: { reason: "wrong_password", by: "username" } },
      { action: "session.refuse", address: "192.0.2.7", user_agent: "a browser", credential_kind: null, after: { reason: "wrong_password", by: "email" } },
    ]);
    expect(await log(root, null)).toEqual(rows);
    await expect(log(bob, "Ada")).rejects.toMatchObject({ code: "not_found" });
  });

  test("says when the user has no password, and takes one that is too long for a wrong one", async () => {
    await tryIt("root", "wrong");
    await tryIt("Ada", "x".repeat(300));
    expect(afters(await log(root, null))).toEqual([{ reason: "wrong_password", by: "username" }, { reason: "no_password", by: "username" }]);
  });

  test("under a name that is nobody's goes to the server's own part, and nothing of what was typed is kept", async () => {
    for (const typed of ["my password by mistake", "my password by mistake ".repeat(20), "Ada\u0000by mistake"]) expect(await tryIt(typed, "Ada")).toBeNull();
    const rows = await log(root, null);
    expect(rows).toMatchObject(Array.from({ length: 3 }, () => ({ entity: null, object_name: "", object_id: "", address: "192.0.2.1", after: { reason: "unknown_name" } })));
    const kept = [...(await database.db.query(sql("test_entries", "select * from audit_entries"), [])), ...(await database.db.query(sql("test_counts", "select * from login_failures"), []))];
    expect(JSON.stringify(kept)).not.toContain("mistake");
  });

  test("that is not judged any more is noted once for each limit, however often it is tried", async () => {
    for (let count = 0; count < 10; count++) await tryIt("ada", "wrong");
    await hammer(20, () => tryIt("ada", "correct horse"));
    const rows = await log(ada, "Ada");
    expect(rows).toHaveLength(11);
    expect(rows[0]?.after).toEqual({ reason: "throttled", limit: "name_at_address", by: "username" });
    await tryIt("nobody", "wrong", "192.0.2.2");
    await database.db.query(sql("test_address_used_up", "update login_failures set failures = 50 where kind = 3"), []);
    await hammer(20, (index) => tryIt(`nobody ${index}`, "wrong", "192.0.2.2"));
    expect(afters((await log(root, null)).filter(({ entity }) => entity === null))).toEqual([{ reason: "throttled", limit: "address" }, { reason: "unknown_name" }]);
  }, 20_000);

  test("is noted once where attempts are turned away together", async () => {
    await Promise.allSettled(Array.from({ length: 30 }, () => tryIt("ada", "wrong")));
    const reasons = afters(await log(ada, "Ada")).map((after) => JSON.stringify(after));
    expect(reasons.filter((reason) => reason.includes("throttled"))).toHaveLength(1);
    expect(reasons).toHaveLength(11);
    await expect(tryIt("ada", "correct horse")).rejects.toMatchObject(blocked);
  }, 20_000);

  test("cannot fill the disk: a day has so many entries of a user, the last one says so, and other users' are still written", async () => {
    await tryIt("ada", "wrong");
    await database.db.query(sql("test_nearly", "update login_failures set failures = $1 where kind = 4"), [mostNoted.user - 1]);
    for (let count = 0; count < 3; count++) await tryIt("ada", "wrong", `192.0.2.${count}`);
    const rows = await log(ada, "Ada");
    expect(afters(rows)).toEqual([{ reason: "wrong_password", by: "username", nothingMoreUntil: expect.stringMatching(/^20/) }, { reason: "wrong_password", by: "username" }]);
    await tryIt("bob", "wrong");
    expect(await log(bob, "Bob")).toHaveLength(1);
    await database.db.query(sql("test_day_over", "update login_failures set window_ends = now()"), []);
    await tryIt("ada", "wrong");
    expect(await log(ada, "Ada")).toHaveLength(3);
  }, 20_000);
});

test("an address whose keys are no longer looked at is noted once, in the server's own part", async () => {
  for (const address of ["2001:db8::1", "2001:db8::2", "192.0.2.9"]) await recordRefusedKeys(services, { address, userAgent: "curl" });
  expect(await log(root, null)).toMatchObject([{ entity: null, action: "api_key.refuse", address: "192.0.2.9" }, { entity: null, action: "api_key.refuse", address: "2001:db8::1", user_agent: "curl", actor: null }]);
});
