import type { FastifyInstance } from "fastify";
import { afterEach, beforeAll, afterAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { RequestLimits } from "../../features/services.ts";
import { defaultLimits } from "../../features/services.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { makeWorld } from "../../features/automations/testing/automation-world.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { silentLog } from "../../kit/log.ts";
import { until } from "../../testing/until.ts";
import { registerFaces } from "../faces.ts";
import type { Metrics } from "../health/metrics.ts";
import { makeMetrics } from "../health/metrics.ts";
import { makeHttpServer } from "../server.ts";
import { listen } from "../testing/rest-client.ts";

let world: World;
const apps: FastifyInstance[] = [];
beforeAll(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
afterAll(() => world.drop());

type Setting = Partial<RequestLimits> & { trustedProxies?: readonly string[] };
type Server = { address: string; metrics: Metrics; pass(ms: number): void; keyOf(viewer: Viewer): Promise<string> };

/** The whole server, on a clock that is moved by hand. */
async function start({ trustedProxies = [], ...limits }: Setting): Promise<Server> {
  let now = 0;
  const services = { ...world.services, clock: { now: () => new Date(), monotonic: () => now }, limits: { ...defaultLimits, requestsPerMinute: { key: 0, team: 0, address: 0, failures: 0, ...limits } } };
  const metrics = makeMetrics();
  const app = makeHttpServer({ log: silentLog, ids: services.ids, trustedProxies });
  apps.push(app);
  await registerFaces(app, { services, web: true, metrics, pingDatabase: () => Promise.resolve(), stopping: () => false });
  return { address: await listen(app), metrics, pass: (ms) => { now += ms; }, keyOf: async (viewer) => (await createApiKey(world.services, viewer, { description: null })).apiKey };
}

const get = (server: Server, path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${server.address}${path}`, { headers });
const me = (server: Server, key: string, headers: Record<string, string> = {}): Promise<Response> => get(server, "/api/v1/users/me", { authorization: `Bearer ${key}`, ...headers });
const status = async (response: Promise<Response>): Promise<number> => (await response).status;

describe("rate limits", () => {
  test("a key has its own, says how it stands with every answer, and how long to wait when it is used up", async () => {
    const server = await start({ key: 60 });
    const key = await server.keyOf(world.member);
    const first = await me(server, key);
    expect([first.status, first.headers.get("ratelimit-limit"), first.headers.get("ratelimit-remaining"), first.headers.get("ratelimit-reset")]).toEqual([200, "60", "59", "1"]);
    for (let count = 1; count < 60; count++) expect(await status(me(server, key))).toBe(200);
    const refused = await me(server, key);
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("ratelimit-remaining")]).toEqual([429, "1", "0"]);
    expect(await refused.json()).toMatchObject({ error: { code: "too_many_requests", message: expect.stringContaining("API key") } });
    expect(await status(me(server, await server.keyOf(world.member))), "another key").toBe(200);
    server.pass(1_000);
    expect(await status(me(server, key))).toBe(200);
    expect(await server.metrics.registry.metrics()).toContain('bellhop_rate_limited_total{limit="key"} 1');
  });

  test("are the same over GraphQL and the file stream, in words that the SDK reads", async () => {
    const server = await start({ key: 1 });
    const headers = { authorization: `Bearer ${await server.keyOf(world.member)}`, "content-type": "application/json" };
    await fetch(`${server.address}/graphql`, { method: "POST", headers, body: '{"query":"{ viewer { username } }"}' });
    const graphql = await fetch(`${server.address}/graphql`, { method: "POST", headers, body: '{"query":"{ viewer { username } }"}' });
    expect([graphql.status, graphql.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await graphql.json()).toEqual({ errors: [{ message: expect.stringContaining("Too many requests") }] });
    const stream = await fetch(`${server.address}/files/vision-team/p/r/file_stream`, { method: "POST", headers, body: "{}" });
    expect([stream.status, stream.headers.get("retry-after"), await stream.json()]).toEqual([429, "60", { error: expect.stringContaining("Too many requests") }]);
  });

  test("a team's are used up by its members together, and by nobody else", async () => {
    const server = await start({ team: 3 });
    const [admin, member, stranger] = [await server.keyOf(world.admin), await server.keyOf(world.member), await server.keyOf(world.stranger)];
    const ask = (key: string): Promise<Response> => get(server, "/api/v1/teams/Vision-Team", { authorization: `Bearer ${key}` });
    for (let count = 0; count < 10; count++) expect(await status(ask(stranger)), "a stranger names the team in vain").toBe(404);
    expect([await status(ask(admin)), await status(ask(member)), await status(ask(member))]).toEqual([200, 200, 200]);
    const body = JSON.stringify({ query: "query A($entityName: String) { models(entityName: $entityName) { edges { node { id } } } }", variables: { entityName: "vision-team" } });
    const graphql = await fetch(`${server.address}/graphql`, { method: "POST", headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" }, body });
    expect([graphql.status, await status(ask(member)), await status(me(server, member))]).toEqual([429, 429, 200]);
  });

  test("an address that tries wrong keys is not looked at any more, before its key is", async () => {
    const server = await start({ failures: 5 });
    const key = await server.keyOf(world.member);
    for (let count = 0; count < 5; count++) expect(await status(me(server, "x".repeat(40)))).toBe(401);
    const refused = await me(server, key);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "12"]);
    expect(await status(get(server, "/api/v1/openapi.json")), "what needs no key").toBe(200);
    expect(await status(me(server, key))).toBe(429);
    const noted = (): Promise<object[]> => world.services.db.query(sql("test_refused_keys", "select action, entity_id, address, user_agent from audit_entries where action = 'api_key.refuse'"), []);
    await until("it stands in the audit log", async () => (await noted()).length > 0);
    expect(await noted(), "once").toEqual([{ action: "api_key.refuse", entity_id: null, address: "127.0.0.1", user_agent: "node" }]);
    server.pass(12_000);
    expect(await status(me(server, key))).toBe(200);
  });

  test("an address has its own, but health and metrics are answered always", async () => {
    const server = await start({ address: 2 });
    expect([await status(get(server, "/")), await status(get(server, "/")), await status(get(server, "/")), await status(get(server, "/api/v1/openapi.json"))]).toEqual([200, 200, 429, 429]);
    expect([await status(get(server, "/healthz")), await status(get(server, "/readyz")), await status(get(server, "/metrics"))]).toEqual([200, 200, 200]);
  });

  test("behind a proxy that is trusted the address is the client's; what others claim is not believed", async () => {
    const trusting = await start({ address: 1, trustedProxies: ["loopback"] });
    expect([await status(get(trusting, "/", { "x-forwarded-for": "192.0.2.1" })), await status(get(trusting, "/", { "x-forwarded-for": "192.0.2.2" })), await status(get(trusting, "/", { "x-forwarded-for": "192.0.2.1" }))]).toEqual([200, 200, 429]);
    expect(await status(get(trusting, "/", { "x-forwarded-for": "203.0.113.5, 192.0.2.1" })), "what stands before it was the client's own claim").toBe(429);
    const alone = await start({ address: 1 });
    expect([await status(get(alone, "/", { "x-forwarded-for": "192.0.2.1" })), await status(get(alone, "/", { "x-forwarded-for": "192.0.2.2" }))]).toEqual([200, 429]);
  });
});
