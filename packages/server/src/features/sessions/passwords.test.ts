import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import { until } from "../../testing/until.ts";
import type { Services } from "../services.ts";
import { createUser } from "../teams/index.ts";
import { credentialsChannel } from "../tokens/index.ts";
import { changePassword, createSession, listSessions, setPassword, verifyLogin } from "./index.ts";

let database: TestDatabase;
let services: Services;
let root: Viewer;
let ada: Viewer;
beforeAll(async () => {
  database = await createTestDatabase();
  services = testServices(database.db);
  root = await insertUser(database.db, "root", { isAdmin: true });
});
let made = 0;
beforeEach(async () => {
  await database.db.query(sql("test_no_failures", "delete from login_failures"), []);
  const username = `ada-${(made += 1)}`;
  const { user } = await createUser(services, root, { username, password: "correct horse" });
  ada = { userId: user.id, username, entityId: user.entityId, isAdmin: false, origin: { credential: null, address: "192.0.2.1", userAgent: null } };
});
afterAll(() => database.drop());

const from = { address: "192.0.2.1", userAgent: null };
const signIn = (password = "correct horse"): ReturnType<typeof createSession> => createSession(services, from, { username: ada.username, password });
const withSession = (id: string): Viewer => ({ ...ada, origin: { ...from, credential: { kind: "session", id, name: null } } });
const sessions = async (): Promise<string[]> => (await listSessions(services, ada, { after: null, limit: 100 })).map(({ id }) => id);
const letsIn = async (password: string): Promise<boolean> => (await verifyLogin(services, from, { username: ada.username, password })) !== null;
const entries = (): Promise<Record<string, unknown>[]> => database.db.query(sql("test_entries_of", "select action, actor_name, object_name, after from audit_entries where entity_id = $1 and object_type = 'user' order by id"), [ada.entityId]);

/** Services with which `meanwhile` happens once, between what a verb has read and its transaction. */
const interrupted = (meanwhile: () => Promise<unknown>): Services => {
  let done = false;
  return { ...services, db: { ...services.db, transaction: async (work) => {
    if (!done) { done = true; await meanwhile(); }
    return services.db.transaction(work);
  } } };
};

describe("a user", () => {
  test("changes their password with the one of before, which ends all their sessions but the one that asks", async () => {
    const [one, other] = [await signIn(), await signIn()];
    await changePassword(services, withSession(one.id), { currentPassword: "correct horse", newPassword: "battery staple" });
    expect(await sessions()).toEqual([one.id]);
    expect(other.id).not.toBe(one.id);
    expect([await letsIn("correct horse"), await letsIn("battery staple")]).toEqual([false, true]);
    expect((await entries()).at(-1)).toEqual({ action: "user.change_password", actor_name: ada.username, object_name: ada.username, after: { endedSessions: 1 } });
    await changePassword(services, ada, { currentPassword: "battery staple", newPassword: "correct horse" });
    expect(await sessions(), "with a key there is no session that asks").toEqual([]);
  });

  test("is told which of the two passwords is wrong, by the same rule as when a user is made", async () => {
    const change = (currentPassword: string, newPassword: string): Promise<void> => changePassword(services, ada, { currentPassword, newPassword });
    await expect(change("correct horse", "short")).rejects.toMatchObject({ code: "invalid", details: [{ path: "newPassword", message: "must have 8 to 256 characters" }] });
    await expect(createUser(services, root, { username: "short-one", password: "short" })).rejects.toMatchObject({ details: [{ path: "password", message: "must have 8 to 256 characters" }] });
    await expect(change("wrong horse", "battery staple")).rejects.toMatchObject({ code: "invalid", details: [{ path: "currentPassword", message: "is not your password" }] });
    expect((await entries()).at(-1)).toEqual({ action: "user.refuse_password", actor_name: ada.username, object_name: ada.username, after: { reason: "wrong_password" } });
    expect(await letsIn("correct horse")).toBe(true);
  });

  test("cannot guess: wrong passwords count together with failed sign-ins, and then the right one is not looked at", async () => {
    for (let count = 0; count < 5; count++) await expect(changePassword(services, ada, { currentPassword: "wrong horse", newPassword: "battery staple" })).rejects.toMatchObject({ code: "invalid" });
    for (let count = 0; count < 5; count++) expect(await letsIn("wrong horse")).toBe(false);
    await expect(changePassword(services, ada, { currentPassword: "correct horse", newPassword: "battery staple" })).rejects.toMatchObject({ code: "too_many_requests" });
    await expect(letsIn("correct horse")).rejects.toMatchObject({ code: "too_many_requests" });
    expect((await entries()).at(-1)).toMatchObject({ action: "user.refuse_password", after: { reason: "throttled", limit: "name_at_address" } });
  }, 20_000);

  test("without a password has none to change", async () => {
    await expect(changePassword(services, root, { currentPassword: "correct horse", newPassword: "battery staple" })).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("no password yet") });
  });

  test("does not undo what an administrator set in the meantime", async () => {
    const own = interrupted(() => setPassword(services, root, { username: ada.username, password: "set by root" }));
    await expect(changePassword(own, ada, { currentPassword: "correct horse", newPassword: "battery staple" })).rejects.toMatchObject({ code: "conflict" });
    expect([await letsIn("battery staple"), await letsIn("set by root")]).toEqual([false, true]);
  });
});

describe("an administrator of the server", () => {
  test("gives a user a new password, which ends all their sessions, and nobody else does", async () => {
    await signIn();
    await setPassword(services, root, { username: ada.username.toUpperCase(), password: "battery staple" });
    expect(await sessions()).toEqual([]);
    expect([await letsIn("correct horse"), await letsIn("battery staple")]).toEqual([false, true]);
    expect((await entries()).at(-1)).toEqual({ action: "user.set_password", actor_name: "root", object_name: ada.username, after: { endedSessions: 1 } });
    await expect(setPassword(services, ada, { username: ada.username, password: "battery staple" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(setPassword(services, root, { username: "nobody", password: "battery staple" })).rejects.toMatchObject({ code: "not_found" });
    await expect(setPassword(services, root, { username: ada.username, password: "short" })).rejects.toMatchObject({ code: "invalid", details: [{ path: "password", message: "must have 8 to 256 characters" }] });
  });

  test("gives one to a user who had none", async () => {
    const { user } = await createUser(services, root, { username: `keys-only-${made}` });
    ada = { ...ada, userId: user.id, username: user.username, entityId: user.entityId };
    await setPassword(services, root, { username: user.username, password: "battery staple" });
    expect(await letsIn("battery staple")).toBe(true);
  });
});

test("no session begins with a password that is replaced while it is verified", async () => {
  const own = interrupted(() => setPassword(services, root, { username: ada.username, password: "battery staple" }));
  await expect(createSession(own, from, { username: ada.username, password: "correct horse" })).rejects.toMatchObject({ code: "unauthenticated" });
  expect(await sessions()).toEqual([]);
});

test("no session begins while a password is being replaced, though the change was not stored when the password was asked for", async () => {
  const [done, ready] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow: Services = { ...services, db: { ...services.db, transaction: (work) => services.db.transaction(async (tx) => {
    const result = await work(tx);
    done.resolve();
    await ready.promise;
    return result;
  }) } };
  const set = setPassword(slow, root, { username: ada.username, password: "battery staple" });
  await done.promise;
  let ended = false;
  const begun = signIn().then(() => "begun", () => "refused").finally(() => { ended = true; });
  await until("the sign-in waits for the change", async () => ended || (await database.db.query(sql("test_waiting", "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), [])).length > 0);
  ready.resolve();
  await set;
  expect([await begun, await sessions()]).toEqual(["refused", []]);
});

test.each(["changed", "set"])("every process is told when a password is %s", async (how) => {
  let heard = 0;
  const stop = await database.db.listen(credentialsChannel, () => { heard += 1; });
  const before = heard;
  try {
    await (how === "set" ? setPassword(services, root, { username: ada.username, password: "battery staple" }) : changePassword(services, ada, { currentPassword: "correct horse", newPassword: "battery staple" }));
    await until("it is told", () => Promise.resolve(heard > before));
  } finally {
    await stop();
  }
});
