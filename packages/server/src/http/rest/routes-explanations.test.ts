import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "../../domain/viewer.ts";
import { logVersion } from "../../features/artifacts/testing/artifact-bench.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { makeWorld } from "../../features/automations/testing/automation-world.ts";
import { noChanges, upsertRun } from "../../features/runs/index.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import { silentLog } from "../../kit/log.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { restRoutes } from "./index.ts";
import { allRoutes } from "./routes.ts";

let world: World;
let app: FastifyInstance;
let admin: RestClient;
let viewer: RestClient;
let stranger: RestClient;
let automation: string;

beforeAll(async () => {
  world = await makeWorld();
  const { services } = world;
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: allRoutes });
  const address = await listen(app);
  const client = async (who: Viewer): Promise<RestClient> => restClient(address, (await createApiKey(services, who, { description: null })).apiKey);
  [admin, viewer, stranger] = [await client(world.admin), await client(world.viewer), await client(world.stranger)];
  await logVersion(services, world.member, { entity: "vision-team", project: "mnist", collection: "first", digest: "first" });
  const made = await admin("POST", "/automations", {
    name: "created", scope: { type: "project", entity: "vision-team", project: "mnist" }, event: { type: "CREATE_ARTIFACT", filter: { artifact_collection_name: { $contains: "mod" } } }, action: { type: "no_op" },
  });
  automation = made.body.id;
  await logVersion(services, world.member, { entity: "vision-team", project: "mnist", collection: "models", digest: "second" });
  const hooks = ["created", "finished"].map((state) => ({ run_state: state, url: "https://example.com/{{ run.id }}" }));
  await upsertRun(services, world.member, { entity: "vision-team", project: "mnist", name: "hooked", state: null }, { ...noChanges, config: JSON.stringify({ _hooks: { value: hooks } }) });
});
afterAll(async () => {
  await app.close();
  await world.drop();
});

const inProject = "/events?entity=vision-team&project=mnist";
const refused = (code: string, path?: string) => ({ error: { code, details: path === undefined ? [] : [{ path, message: expect.any(String) }] } });
const explainPath = (id = automation): string => `/automations/${id}/explain`;

describe("events over REST", () => {
  test("are listed in pages, by type, and read with what they were about", async () => {
    const all = await viewer("GET", inProject);
    expect(all).toMatchObject({ status: 200, body: { nextCursor: null } });
    const page = await viewer("GET", `${inProject}&limit=1`);
    expect(page.body.items).toEqual(all.body.items.slice(0, 1));
    const rest = await viewer("GET", `${inProject}&limit=100&cursor=${page.body.nextCursor}`);
    expect([...page.body.items, ...rest.body.items]).toEqual(all.body.items);
    const created = await viewer("GET", `${inProject}&type=CREATE_ARTIFACT&since=2020-01-01T00:00:00Z`);
    expect(created.body.items).toMatchObject([{ collection: "models", version: "v0", author: "mia", run: null }, { collection: "first" }]);
    expect(await viewer("GET", `/events/${created.body.items[0].id}`)).toMatchObject({ status: 200, body: { ...created.body.items[0], artifactType: "model", metadata: { accuracy: 0.9 }, runDetails: null } });
    expect((await viewer("GET", "/events?organization=acme&registry=model")).body).toEqual({ items: [], nextCursor: null });
    expect(await stranger("GET", `/events/${created.body.items[0].id}`)).toMatchObject({ status: 404, body: refused("not_found") });
    expect(await stranger("GET", inProject)).toMatchObject({ status: 404, body: refused("not_found") });
  });

  test.each([
    ["/events", "project"], ["/events?entity=vision-team", "project"], ["/events?project=mnist", "entity"], ["/events?organization=acme", "registry"], ["/events?registry=model", "organization"],
    [`${inProject}&type=CREATE_ARTEFACT`, "type"], [`${inProject}&since=yesterday`, "since"],
  ])("%s is refused at %s", async (path, place) => {
    expect(await viewer("GET", path)).toMatchObject({ status: 422, body: refused("invalid", place) });
  });
});

describe("explanations over REST", () => {
  test("say of an event, and of an execution, what each clause saw", async () => {
    const { items } = (await viewer("GET", `${inProject}&type=CREATE_ARTIFACT`)).body;
    const [execution] = (await viewer("GET", `/executions?automation=${automation}`)).body.items;
    const fired = await viewer("POST", explainPath(), { event: items[0].id });
    expect(fired).toMatchObject({
      status: 200,
      body: { explanations: [{ verdict: "fired", text: "The automation fired.", fired: true, matches: true, executionId: execution.id, event: items[0], automation: { id: automation, name: "created", revision: 1 }, scope: { held: true, watches: { kind: "project", name: "mnist" } } }] },
    });
    expect(fired.body.explanations[0].clauses).toEqual([{ path: "artifact_collection_name.$contains", field: "artifact_collection_name", operator: "$contains", operand: "mod", saw: "models", held: true, negated: false }]);
    expect((await viewer("GET", `/executions/${execution.id}/explanation`)).body).toEqual(fired.body.explanations[0]);
    expect((await viewer("POST", explainPath(), { event: items[1].id })).body.explanations).toMatchObject([{ verdict: "created_later", fired: false, matches: false, executionId: null }]);
    expect((await viewer("POST", explainPath(), { run: { entity: "vision-team", project: "mnist", run: "none" } })).status).toBe(404);
    expect(await stranger("POST", explainPath(), { event: items[0].id })).toMatchObject({ status: 404, body: refused("not_found") });
    expect(await stranger("GET", `/executions/${execution.id}/explanation`)).toMatchObject({ status: 404, body: refused("not_found") });
  });

  test("say of an execution of a run hook that the hook watches its run", async () => {
    const [execution] = (await viewer("GET", "/executions?run=vision-team/mnist/hooked")).body.items;
    const explained = await viewer("GET", `/executions/${execution.id}/explanation`);
    expect(explained).toMatchObject({ status: 200, body: { verdict: "fired", matches: true, event: { type: "RUN_CREATED" }, scope: { held: true, watches: { kind: "run", name: "hooked" }, saw: "vision-team/mnist" }, clauses: [] } });
  });

  test.each([[{}, ""], [{ event: "x", run: { entity: "a", project: "b", run: "c" } }, ""], [{ event: "x", evnt: "x" }, "evnt"], [{ run: { entity: "a", project: "b" } }, "run.run"]])("%j is refused", async (body, path) => {
    expect(await viewer("POST", explainPath(), body)).toMatchObject({ status: 422, body: refused("invalid", path) });
  });
});

describe("dry runs over REST", () => {
  test("tell the events of a change and what they would set off", async () => {
    const tried = await admin("POST", "/preview", { change: "link", artifact: "vision-team/mnist/models:v0", collection: "acme/wandb-registry-model/llm" });
    expect(tried).toMatchObject({ status: 200, body: { more: false, events: [{ type: "LINK_ARTIFACT", collection: "llm", version: "v0", automations: [] }, { type: "CREATE_ARTIFACT" }, { type: "ADD_ARTIFACT_ALIAS", alias: "latest" }] } });
    expect(tried.body.events[0]).not.toHaveProperty("id");
    expect((await viewer("GET", "/events?organization=acme&registry=model")).body.items).toEqual([]);
    const made = await admin("POST", "/automations", { name: "tagged", scope: { type: "team", team: "vision-team" }, event: { type: "ADD_COLLECTION_TAG" }, action: { type: "no_op" } });
    expect((await admin("POST", "/preview", { change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "good" })).body.events).toMatchObject([
      { type: "ADD_COLLECTION_TAG", tag: "good", automations: [{ id: made.body.id, name: "tagged", revision: 1, outcome: "fires", reason: null, action: "no_op", request: null }] },
    ]);
    expect(await viewer("POST", "/preview", { change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "x" })).toMatchObject({ status: 403, body: refused("forbidden") });
  });

  test("tell what a run's own hook would send as what it is", async () => {
    const tried = await admin("POST", "/preview", { change: "run_state", run: { entity: "vision-team", project: "mnist", run: "hooked" }, state: "FINISHED" });
    expect(tried).toMatchObject({ status: 200, body: { events: [{ type: "RUN_STATE", automations: [] }, { type: "RUN_FINISHED", automations: [{ action: "run_hook" }] }] } });
  });

  test.each([[{ change: "explode" }, "change"], [{ change: "add_alias", artifact: "a/b/c:d" }, "alias"], [{ change: "add_alias", artifact: "a/b/c:d", alias: "x", tags: [] }, "tags"]])("%j is refused", async (body, path) => {
    expect(await admin("POST", "/preview", body)).toMatchObject({ status: 422, body: refused("invalid", path) });
  });
});
