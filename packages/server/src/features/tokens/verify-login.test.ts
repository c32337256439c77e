import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7Maker } from "../../kit/ids.ts";
import { systemClock } from "../../kit/clock.ts";
import { systemRandom } from "../../kit/random.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { createUser } from "../teams/index.ts";
import { makeLoginThrottle } from "./login-throttle.ts";
import { makeVerifyLogin } from "./verify-login.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const admin = await insertUser(database.db, "root", { isAdmin: true });
  await createUser({ db: database.db, random: systemRandom, ids: uuidv7Maker(systemClock, systemRandom) }, admin, { username: "Ada", email: "ada@example.com", password: "correct horse" });
});
afterAll(() => database.drop());

const from = (address: string, username: string, password: string): { username: string; password: string; address: string } => ({ username, password, address });

function setUp(): { verify: ReturnType<typeof makeVerifyLogin>; move(ms: number): void } {
  let now = 0;
  return { verify: makeVerifyLogin({ db: database.db, clock: { now: () => new Date(0), monotonic: () => now } }), move: (ms) => { now += ms; } };
}

describe("verifyLogin", () => {
  test("knows a user by name or email, in any case", async () => {
    const { verify } = setUp();
    expect(await verify(from("a", "ada", "correct horse"))).toMatchObject({ username: "Ada", isAdmin: false });
    expect(await verify(from("a", " ADA@example.com ", "correct horse"))).toMatchObject({ username: "Ada" });
  });

  test("refuses a wrong password, an unknown user, and a user without a password", async () => {
    const { verify } = setUp();
    expect(await verify(from("a", "ada", "wrong"))).toBeNull();
    expect(await verify(from("a", "nobody", "correct horse"))).toBeNull();
    expect(await verify(from("a", "root", ""))).toBeNull();
  });

  test("blocks a name at an address after ten failures, and only there, for fifteen minutes", async () => {
    const { verify, move } = setUp();
    for (let count = 0; count < 10; count++) await verify(from("a", "ada", "wrong"));
    await expect(verify(from("a", "Ada", "correct horse"))).rejects.toMatchObject({ code: "too_many_requests", status: 429 });
    expect(await verify(from("b", "ada", "correct horse"))).not.toBeNull();
    move(15 * 60_000);
    expect(await verify(from("a", "ada", "correct horse"))).not.toBeNull();
  });

  test("counts attempts that arrive together", async () => {
    const { verify } = setUp();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => verify(from("a", "ada", "wrong"))));
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(2);
  });

  test("success forgets the failures before it", () => {
    const throttle = makeLoginThrottle({ now: () => new Date(0), monotonic: () => 0 });
    for (let count = 0; count < 10; count++) throttle.failed("key");
    expect(throttle.isBlocked("key")).toBe(true);
    throttle.succeeded("key");
    expect(throttle.isBlocked("key")).toBe(false);
  });
});
