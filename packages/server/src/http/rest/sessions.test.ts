import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import { createFirstAdministrator } from "../../features/teams/index.ts";
import { silentLog } from "../../kit/log.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { testServices } from "../../testing/services.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { Json, RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { restRoutes } from "./index.ts";
import { sessionRoutes } from "./routes-sessions.ts";
import { userRoutes } from "./routes-users.ts";

let database: TestDatabase;
let app: FastifyInstance;
let address: string;
let admin: RestClient;
beforeAll(async () => {
  database = await createTestDatabase();
  const services = testServices(database.db);
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: [...userRoutes, ...sessionRoutes] });
  address = await listen(app);
  const { apiKey } = await createFirstAdministrator(services, { username: "root", password: "long enough", apiKey: null });
  admin = restClient(address, apiKey ?? "");
  await admin("POST", "/users", { username: "ada", password: "correct horse" });
});
beforeEach(() => database.db.query(sql("test_no_failures", "delete from login_failures"), []));
afterAll(async () => {
  await app.close();
  await database.drop();
});

type Call = { method?: string; path: string; cookie?: string; origin?: string; body?: unknown };
const call = ({ method = "GET", path, cookie, origin, body }: Call): Promise<Response> => fetch(`${address}/api/v1${path}`, {
  method,
  headers: { "user-agent": "a browser", ...(cookie === undefined ? {} : { cookie }), ...(origin === undefined ? {} : { origin }), ...(body === undefined ? {} : { "content-type": "application/json" }) },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;
const signIn = async (password = "correct horse"): Promise<{ response: Response; cookie: string; body: Json }> => {
  const response = await call({ method: "POST", path: "/sessions", body: { username: "ada", password } });
  return { response, cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "", body: await json(response) };
};

describe("sessions", () => {
  test("a password makes a session, whose cookie no other host and no script can have, and which is stored as a hash", async () => {
    const { response, cookie, body } = await signIn();
    expect(response.status).toBe(201);
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-bellhop=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800$/);
    expect(body).toMatchObject({ address: "127.0.0.1", userAgent: "a browser", current: true });
    expect(Object.keys(body)).not.toContain("token");
    expect(await json(await call({ path: "/users/me", cookie }))).toMatchObject({ username: "ada" });
    const stored = await database.db.query(sql("test_sessions", "select * from sessions"), []);
    expect(JSON.stringify(stored)).not.toContain(cookie.split("=")[1]);
  });

  test("a wrong password is 401; too many are 429 with Retry-After", async () => {
    expect((await signIn("wrong horse")).response.status).toBe(401);
    for (let count = 1; count < 10; count++) await signIn("wrong horse");
    const { response, body } = await signIn();
    expect([response.status, body.error.code]).toEqual([429, "too_many_requests"]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(800);
  }, 20_000);

  test.each([
    ["no origin", undefined, 403],
    ["another origin", "https://evil.example", 403],
    ["an opaque origin", "null", 403],
    ["the public address", "http://bellhop.test:8080", 201],
  ])("a write with a session and %s is answered %s", async (_what, origin, status) => {
    const { cookie } = await signIn();
    const answer = await call({ method: "POST", path: "/users/me/api-keys", cookie, body: {}, ...(origin === undefined ? {} : { origin }) });
    expect(answer.status).toBe(status);
  });

  test("are listed and ended by their own user only; an ended one stops working at once", async () => {
    const one = await signIn();
    const other = await signIn();
    const listed = await json(await call({ path: "/sessions", cookie: one.cookie }));
    expect(listed.items.find(({ id }: Json) => id === one.body.id)).toMatchObject({ current: true });
    expect(listed.items.find(({ id }: Json) => id === other.body.id)).toMatchObject({ current: false });
    expect((await admin("GET", "/sessions")).body.items).toEqual([]);
    expect((await admin("DELETE", `/sessions/${other.body.id}`)).status).toBe(404);
    const end = (id: string): Promise<Response> => call({ method: "DELETE", path: `/sessions/${id}`, cookie: one.cookie, origin: address });
    expect((await end(other.body.id)).status).toBe(204);
    expect((await end(other.body.id)).status).toBe(404);
    expect((await call({ path: "/users/me", cookie: other.cookie })).status).toBe(401);
    const out = await end("current");
    expect(out.headers.get("set-cookie")).toMatch(/^__Host-bellhop=; .*Max-Age=0$/);
    expect((await call({ path: "/users/me", cookie: one.cookie })).status).toBe(401);
    expect((await admin("DELETE", "/sessions/current")).status, "a key is no session").toBe(404);
  });

  test.each(["/sessions", "/users/me/api-keys"])("%s refuses the cursor of another list instead of beginning anew", async (path) => {
    const { body } = await admin("GET", `${path}?cursor=${Buffer.from("k:a-name").toString("base64url")}`);
    expect(body).toMatchObject({ error: { code: "bad_request" } });
  });

  test("end when they expire, and one can sign in with the cookie of one that has ended", async () => {
    const { cookie } = await signIn();
    await database.db.query(sql("test_expire_sessions", "update sessions set expires_at = now()"), []);
    const fresh = await call({ method: "POST", path: "/sessions", cookie, body: { username: "ada", password: "correct horse" } });
    expect(fresh.status).toBe(201);
    const listed = await json(await call({ path: "/sessions", cookie: fresh.headers.get("set-cookie")?.split(";")[0] ?? "" }));
    expect(listed.items).toHaveLength(1);
  });

  test("a password is changed by its user, whose other sessions stop working at once; keys and the session that asks go on", async () => {
    const [one, other] = [await signIn(), await signIn()];
    const change = (body: unknown, origin?: string): Promise<Response> => call({ method: "PUT", path: "/users/me/password", cookie: one.cookie, body, ...(origin === undefined ? {} : { origin }) });
    const passwords = { currentPassword: "correct horse", newPassword: "battery staple" };
    expect((await change(passwords)).status, "from another site").toBe(403);
    const wrong = await change({ ...passwords, currentPassword: "wrong horse" }, address);
    expect([wrong.status, (await json(wrong)).error]).toEqual([422, { code: "invalid", message: "currentPassword: is not your password", details: [{ path: "currentPassword", message: "is not your password" }] }]);
    expect((await call({ path: "/users/me", cookie: other.cookie })).status).toBe(200);
    expect((await change(passwords, address)).status).toBe(204);
    expect([(await call({ path: "/users/me", cookie: other.cookie })).status, (await call({ path: "/users/me", cookie: one.cookie })).status]).toEqual([401, 200]);
    expect((await admin("PUT", "/users/ada/password", { password: "short" })).body.error.details).toEqual([{ path: "password", message: "must have 8 to 256 characters" }]);
    expect((await admin("PUT", "/users/ada/password", { password: "correct horse" })).status).toBe(204);
    expect((await call({ path: "/users/me", cookie: one.cookie })).status).toBe(401);
    expect((await signIn()).response.status).toBe(201);
  });

  test("an administrator makes, imports, lists and revokes another user's keys; nobody else does", async () => {
    const { cookie } = await signIn();
    const imported = "w".repeat(40);
    expect(await admin("POST", "/users/ada/api-keys", { name: "from W&B", apiKey: imported, expiresAt: "2999-01-01T00:00:00Z" })).toMatchObject({ status: 201, body: { apiKey: imported, name: "from W&B", expiresAt: "2999-01-01T00:00:00.000Z" } });
    const ada = restClient(address, imported);
    expect((await ada("GET", "/users/me")).body.username).toBe("ada");
    const listed = await admin("GET", "/users/ada/api-keys");
    const key = listed.body.items.find(({ ending, name }: Json) => ending === "wwww" && name === "from W&B");
    for (const path of ["/users/root/api-keys", "/users/nobody/api-keys"]) expect((await call({ path, cookie })).status).toBe(403);
    expect((await ada("POST", "/users/ada/api-keys", { apiKey: "v".repeat(40) })).status).toBe(403);
    expect((await ada("GET", "/users/ADA/api-keys")).status, "one's own").toBe(200);
    expect((await admin("DELETE", `/users/ada/api-keys/${key.id}`)).status).toBe(204);
    expect((await ada("GET", "/users/me")).status).toBe(401);
    expect((await admin("GET", "/users/nobody/api-keys")).status).toBe(404);
  });
});
