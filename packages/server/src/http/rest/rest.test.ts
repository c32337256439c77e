import { request as httpRequest } from "node:http";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFirstAdministrator } from "../../features/teams/index.ts";
import { systemClock } from "../../kit/clock.ts";
import { uuidv7Maker } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { systemRandom } from "../../kit/random.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { Json, RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { testServices } from "../../testing/services.ts";
import { restRoutes } from "./index.ts";
import { nothing, route } from "./route.ts";
import { organizationRoutes } from "./routes-organizations.ts";
import { registryRoutes } from "./routes-registries.ts";
import { teamRoutes } from "./routes-teams.ts";
import { userRoutes } from "./routes-users.ts";

let database: TestDatabase;
let app: FastifyInstance;
let address: string;
let admin: RestClient;
let ada: RestClient;
let bob: RestClient;
const logged: { fields: object; message: string }[] = [];

const faulty = route({ method: "GET", path: "/faulty", tag: "test", summary: "Fails", params: nothing, query: nothing, body: null, answer: nothing, status: 200, handle: () => Promise.reject(new Error("secret detail")) });

beforeAll(async () => {
  database = await createTestDatabase();
  const log = { ...silentLog, error: (fields: object, message: string) => void logged.push({ fields, message }) };
  const services = testServices(database.db, { log });
  app = makeHttpServer({ log, ids: uuidv7Maker(systemClock, systemRandom) });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: [...userRoutes, ...organizationRoutes, ...teamRoutes, ...registryRoutes, faulty] });
  address = await listen(app);
  const { apiKey } = await createFirstAdministrator(services, { username: "root", password: "long enough", apiKey: null });
  admin = restClient(address, apiKey ?? "");
  const user = async (username: string): Promise<RestClient> => restClient(address, (await admin("POST", "/users", { username })).body.apiKey);
  ada = await user("ada");
  bob = await user("bob");
  await ada("POST", "/organizations", { name: "Acme Labs" });
  await ada("POST", "/organizations/Acme Labs/teams", { name: "vision" });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe("what every route does alike", () => {
  test("without a key, or with a wrong one, the answer is 401 and says how to authenticate", async () => {
    for (const key of [null, "f".repeat(40)]) {
      const { status, body, headers } = await restClient(address, key)("GET", "/users/me");
      expect([status, body.error.code]).toEqual([401, "unauthenticated"]);
      expect(headers.get("www-authenticate")).toContain("Basic");
    }
  });

  test("an unknown path is 404; a known one with another method is 405 with Allow", async () => {
    expect(await ada("GET", "/nothing/here")).toMatchObject({ status: 404, body: { error: { code: "not_found", details: [] } } });
    const answer = await ada("PATCH", "/teams/vision");
    expect(answer).toMatchObject({ status: 405, body: { error: { code: "method_not_allowed" } } });
    expect(answer.headers.get("allow")).toBe("GET, DELETE, HEAD");
  });

  test("a body that is not JSON is 400 with its place; one of another type is 415; a huge one 413", async () => {
    const post = (body: string, type: string): Promise<Response> => fetch(`${address}/api/v1/organizations`, { method: "POST", body, headers: { "content-type": type, authorization: `Bearer ${keyOf}` } });
    const keyOf = (await ada("POST", "/users/me/api-keys", {})).body.apiKey;
    const broken = await post('{"name":\n "x",}', "application/json");
    expect([broken.status, ((await broken.json()) as Json).error.message]).toEqual([400, expect.stringContaining("line 2, column")]);
    const nan = await post('{"name": NaN}', "application/json");
    expect([nan.status, ((await nan.json()) as Json).error.code]).toEqual([400, "bad_request"]);
    const form = await post("name=x", "application/x-www-form-urlencoded");
    expect([form.status, ((await form.json()) as Json).error.code]).toEqual([415, "unsupported_media_type"]);
    const huge = await post(JSON.stringify({ name: "x".repeat(2 << 20) }), "application/json");
    expect([huge.status, ((await huge.json()) as Json).error.code]).toEqual([413, "too_large"]);
  });

  test("every problem of a request is told at once, with its place, and unknown names with the nearest valid one", async () => {
    const { status, body } = await admin("POST", "/users", { usernme: "x", email: 5, password: "short" });
    expect([status, body.error.code]).toEqual([422, "invalid"]);
    expect(body.error.details).toEqual(expect.arrayContaining([
      { path: "usernme", message: 'is not a known name; did you mean "username"?' },
      { path: "username", message: "is required" },
      { path: "email", message: expect.stringContaining("string") },
      { path: "password", message: expect.stringContaining("8") },
    ]));
    expect((await ada("GET", "/organizations?limitt=5")).body.error.details).toEqual([{ path: "limitt", message: 'is not a known name; did you mean "limit"?' }]);
    expect((await ada("GET", "/organizations?limit=0&cursor=")).body.error.details.map(({ path }: { path: string }) => path)).toEqual(["limit", "cursor"]);
    expect((await ada("PUT", "/teams/vision/members/bob", { role: "owner" })).body.error.details).toEqual([{ path: "role", message: expect.stringContaining('"viewer"') }]);
    expect(await ada("POST", "/organizations")).toMatchObject({ status: 422, body: { error: { message: "the body must be a JSON object" } } });
    expect(await ada("POST", "/organizations", [])).toMatchObject({ status: 422 });
  });

  test("a fault of ours is 500 with the request's id, its details only in the log", async () => {
    const { status, body, headers } = await ada("GET", "/faulty");
    expect([status, body.error.code]).toEqual([500, "internal"]);
    expect(JSON.stringify(body)).not.toContain("secret detail");
    expect(logged).toContainEqual({ message: "a REST request failed", fields: expect.objectContaining({ requestId: headers.get("x-request-id") }) });
    expect(body.error.message).toContain(headers.get("x-request-id"));
  });

  test("lists come in pages that neither repeat nor leave out", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) await ada("POST", "/organizations/Acme-Labs/teams", { name });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body }: Json = await ada("GET", `/organizations/Acme-Labs/teams?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ name }: { name: string }) => name));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(["page-a", "page-b", "page-c", "vision"]);
    expect(await ada("GET", "/organizations?cursor=bm9uZQ")).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
  });

  test("a path that is not percent-encoded properly is 400, not 500", async () => {
    const status = await new Promise((resolve) => httpRequest(`${address}/api/v1/teams/%E0%A4%A`, (answer) => resolve(answer.resume().statusCode)).end());
    expect(status).toBe(400);
  });
});

describe("people over REST", () => {
  test("the one character that PostgreSQL can't hold is 422, wherever it stands", async () => {
    for (const path of ["/users/a%00b", "/organizations/%00"]) {
      const { status, body: said } = await admin("GET", path);
      expect([path, status, JSON.stringify(said)]).toEqual([path, 422, expect.stringContaining("U+0000")]);
    }
  });

  test("users: created by the administrator, read, listed, deleted", async () => {
    expect(await ada("POST", "/users", { username: "x" })).toMatchObject({ status: 403 });
    const made = await admin("POST", "/users", { username: "temp", email: "temp@example.com", apiKey: "9".repeat(40) });
    expect(made).toMatchObject({ status: 201, body: { username: "temp", apiKey: "9".repeat(40) } });
    const temp = restClient(address, "9".repeat(40));
    expect(await temp("GET", "/users/me")).toMatchObject({ status: 200, body: { username: "temp", email: "temp@example.com", isAdmin: false, teams: [], organizations: [] } });
    expect((await temp("GET", "/users/me")).body).not.toHaveProperty("id");
    expect(await admin("GET", "/users/temp")).toMatchObject({ status: 200, body: { username: "temp" } });
    expect((await admin("GET", "/users?search=temp")).body.items).toHaveLength(1);
    expect(await admin("POST", "/users", { username: "TEMP" })).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    expect(await admin("POST", "/users", { username: "short", apiKey: "abc" })).toMatchObject({ status: 422, body: { error: { details: [{ path: "apiKey" }] } } });
    expect(await admin("DELETE", "/users/temp")).toMatchObject({ status: 204, body: null });
    expect(await admin("GET", "/users/temp")).toMatchObject({ status: 404 });
  });

  test("API keys: made, listed without the key, revoked", async () => {
    const made = await bob("POST", "/users/me/api-keys", { name: "laptop" });
    expect(made).toMatchObject({ status: 201, body: { name: "laptop", apiKey: expect.stringMatching(/^[a-z2-7]{40}$/) } });
    expect((await restClient(address, made.body.apiKey)("GET", "/users/me")).status).toBe(200);
    const listed = await bob("GET", "/users/me/api-keys");
    expect(listed.body.items.map(({ name }: { name: string }) => name)).toEqual(["first key", "laptop"]);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.apiKey);
    expect((await ada("DELETE", `/users/me/api-keys/${made.body.id}`)).status).toBe(404);
    expect((await bob("DELETE", `/users/me/api-keys/${made.body.id}`)).status).toBe(204);
    expect((await bob("DELETE", `/users/me/api-keys/${made.body.id}`)).status).toBe(404);
    expect((await bob("DELETE", "/users/me/api-keys/nonsense")).status).toBe(404);
  });

  test("organizations, teams and their members", async () => {
    expect(await bob("POST", "/organizations", { name: "Bob Inc" })).toMatchObject({ status: 201, body: { name: "Bob Inc", entity: "Bob-Inc", role: "admin" } });
    expect(await bob("GET", "/organizations/bob inc")).toMatchObject({ status: 200, body: { entity: "Bob-Inc" } });
    expect((await bob("GET", "/organizations")).body.items.map(({ name }: { name: string }) => name)).toEqual(["Bob Inc"]);
    expect(await bob("PUT", "/organizations/Bob-Inc/members/root", { role: "viewer" })).toMatchObject({ status: 200, body: { username: "root", role: "viewer" } });
    expect(await bob("PUT", "/organizations/Bob-Inc/members/bob", { role: "viewer" })).toMatchObject({ status: 409 });
    expect(await bob("PUT", "/organizations/Bob-Inc/members/nobody", { role: "viewer" })).toMatchObject({ status: 404 });
    expect((await bob("GET", "/organizations/Bob-Inc/members")).body.items).toMatchObject([{ username: "bob", role: "admin" }, { username: "root", role: "viewer" }]);
    expect(await bob("DELETE", "/organizations/Bob-Inc/members/root")).toMatchObject({ status: 204 });
    expect(await bob("POST", "/organizations/Bob-Inc/teams", { name: "ops" })).toMatchObject({ status: 201, body: { name: "ops", kind: "team", organization: "Bob Inc", role: "admin" } });
    expect(await bob("PUT", "/teams/ops/members/root", { role: "member" })).toMatchObject({ status: 200 });
    expect((await bob("GET", "/teams/OPS/members")).body.items).toMatchObject([{ username: "bob" }, { username: "root", role: "member" }]);
    expect(await bob("DELETE", "/teams/ops/members/root")).toMatchObject({ status: 204 });
    expect(await bob("GET", "/teams/bob")).toMatchObject({ status: 200, body: { kind: "user", organization: null } });
    expect(await bob("DELETE", "/teams/bob")).toMatchObject({ status: 422 });
    expect(await bob("DELETE", "/organizations/Bob-Inc")).toMatchObject({ status: 409 });
    expect(await bob("DELETE", "/teams/ops")).toMatchObject({ status: 204 });
    expect(await bob("DELETE", "/organizations/Bob-Inc")).toMatchObject({ status: 204 });
  });

  test("registries: born with the organization, created, changed, deleted", async () => {
    const path = "/organizations/Acme-Labs/registries";
    expect((await ada("GET", path)).body.items.map(({ name }: { name: string }) => name)).toEqual(["dataset", "model"]);
    expect(await ada("POST", path, { name: "jobs", visibility: "restricted", artifactTypes: ["job"] })).toMatchObject({ status: 201, body: { project: "wandb-registry-jobs", entity: "Acme-Labs", artifactTypes: ["job"], description: null } });
    expect(await ada("POST", path, { name: "jobs", visibility: "restricted" })).toMatchObject({ status: 409 });
    expect(await ada("PATCH", `${path}/jobs`, { description: "all jobs", artifactTypes: ["job", "code"] })).toMatchObject({ status: 200, body: { description: "all jobs", artifactTypes: ["code", "job"], visibility: "restricted" } });
    expect(await ada("PATCH", `${path}/jobs`, { artifactTypes: ["job"] })).toMatchObject({ status: 422, body: { error: { details: [{ path: "artifactTypes" }] } } });
    expect(await ada("GET", `${path}/jobs`)).toMatchObject({ status: 200, body: { name: "jobs" } });
    expect((await ada("GET", `${path}/jobs/members`)).body.items).toMatchObject([{ username: "ada", role: "admin" }]);
    expect(await ada("PUT", `${path}/jobs/members/bob`, { role: "member" })).toMatchObject({ status: 422 });
    expect(await ada("DELETE", `${path}/jobs/members/bob`)).toMatchObject({ status: 404 });
    expect(await ada("DELETE", `${path}/jobs`)).toMatchObject({ status: 204 });
    expect(await ada("DELETE", `${path}/model`)).toMatchObject({ status: 409 });
  });

  test.each([
    ["GET", "/organizations/{}", undefined],
    ["DELETE", "/organizations/{}", undefined],
    ["GET", "/organizations/{}/members", undefined],
    ["PUT", "/organizations/{}/members/bob", { role: "admin" }],
    ["DELETE", "/organizations/{}/members/ada", undefined],
    ["POST", "/organizations/{}/teams", { name: "mine" }],
    ["GET", "/organizations/{}/teams", undefined],
    ["POST", "/organizations/{}/registries", { name: "mine", visibility: "organization" }],
    ["GET", "/organizations/{}/registries", undefined],
    ["GET", "/organizations/{}/registries/model", undefined],
    ["PATCH", "/organizations/{}/registries/model", { description: "x" }],
    ["DELETE", "/organizations/{}/registries/model", undefined],
    ["GET", "/organizations/{}/registries/model/members", undefined],
    ["PUT", "/organizations/{}/registries/model/members/bob", { role: "admin" }],
    ["DELETE", "/organizations/{}/registries/model/members/ada", undefined],
    ["GET", "/teams/{}", undefined],
    ["DELETE", "/teams/{}", undefined],
    ["GET", "/teams/{}/members", undefined],
    ["PUT", "/teams/{}/members/bob", { role: "admin" }],
    ["DELETE", "/teams/{}/members/ada", undefined],
  ])("%s %s of a foreign team answers exactly as for one that does not exist", async (method, path, body) => {
    const foreign = path.startsWith("/teams") ? "vision" : "Acme-Labs";
    const [real, none] = [await bob(method, path.replace("{}", foreign), body), await bob(method, path.replace("{}", "nowhere"), body)];
    expect(real.status).toBe(404);
    expect(none.status).toBe(404);
    expect(JSON.stringify(real.body).replaceAll(foreign, "nowhere")).toBe(JSON.stringify(none.body));
  });
});
