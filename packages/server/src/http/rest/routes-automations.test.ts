import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../../domain/viewer.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld, projectId } from "../../features/automations/testing/automation-world.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import { silentLog } from "../../kit/log.ts";
import { exampleChange } from "../../testing/pipeline.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { restRoutes } from "./index.ts";
import { automationRoutes } from "./routes-automations.ts";
import { executionRoutes } from "./routes-executions.ts";
import { secretRoutes } from "./routes-secrets.ts";
import { webhookRoutes } from "./routes-webhooks.ts";

let world: World;
let app: FastifyInstance;
let admin: RestClient;
let viewer: RestClient;
let stranger: RestClient;
let project: number;
let collection: number;
let registry: number;

beforeAll(async () => {
  world = await makeWorld({ answer: () => ({ kind: "answer", status: 202, body: "thanks, canary-token-value" }) });
  const { services } = world;
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: [...secretRoutes, ...webhookRoutes, ...automationRoutes, ...executionRoutes] });
  const address = await listen(app);
  const client = async (who: Viewer): Promise<RestClient> => restClient(address, (await createApiKey(services, who, { description: null })).apiKey);
  [admin, viewer, stranger] = [await client(world.admin), await client(world.viewer), await client(world.stranger)];
  project = await insertProject(services.db, world.teamId, "mnist");
  collection = await insertCollection(services.db, { entityId: world.teamId, projectId: project }, "models", "sequence");
  registry = await projectId(services.db, world.orgEntityId, "wandb-registry-model");
  await insertCollection(services.db, { entityId: world.orgEntityId, projectId: registry }, "llm-models", "portfolio");
});
afterAll(async () => {
  await app.close();
  await world.drop();
});

const inCollection = { type: "collection", entity: "vision-team", project: "mnist", collection: "models" };
const refused = (code: string, path?: string) => ({ error: { code, message: expect.any(String), details: path === undefined ? [] : [{ path, message: expect.any(String) }] } });

describe("secrets and webhooks over REST", () => {
  it("a secret is put, listed without its value, replaced and deleted", async () => {
    const put = await admin("PUT", "/teams/vision-team/secrets/TOKEN", { value: "canary-token-value" });
    expect(put).toMatchObject({ status: 200, body: { name: "TOKEN", version: 1, updatedBy: "ada", usedBy: 0 } });
    expect((await admin("PUT", "/teams/vision-team/secrets/TOKEN", { value: "canary-token-value" })).body.version).toBe(2);
    const list = await admin("GET", "/teams/vision-team/secrets");
    expect(list).toMatchObject({ status: 200, body: { items: [{ name: "TOKEN", version: 2 }], nextCursor: null } });
    expect(JSON.stringify([put.body, list.body])).not.toContain("canary");
    await admin("PUT", "/teams/vision-team/secrets/GONE", { value: "some other value" });
    expect((await admin("DELETE", "/teams/vision-team/secrets/GONE")).status).toBe(204);
    expect(await admin("DELETE", "/teams/vision-team/secrets/GONE")).toMatchObject({ status: 404, body: refused("not_found") });
    expect(await admin("PUT", "/teams/vision-team/secrets/SHORT", { value: "x" })).toMatchObject({ status: 422, body: refused("invalid", "value") });
  });

  it("a webhook is created, changed, tested with its secrets masked, and deleted", async () => {
    const made = await admin("POST", "/teams/vision-team/webhooks", { name: "deploy", url: "https://hooks.example.com/in", accessToken: "TOKEN" });
    expect(made).toMatchObject({ status: 201, body: { team: "vision-team", name: "deploy", accessToken: "TOKEN", secret: null, secrets: [], method: "POST", timeoutSeconds: 15, signatureEncoding: "base64", enabled: true, disabledReason: null } });
    const path = `/teams/vision-team/webhooks/${made.body.id}`;
    expect((await viewer("GET", path)).body).toEqual(made.body);
    expect((await viewer("GET", "/teams/vision-team/webhooks")).body).toEqual({ items: [made.body], nextCursor: null });
    const tested = await admin("POST", `${path}/test`, { payload: { token: "${ACCESS_TOKEN}", version: "${artifact_version_index}" } });
    expect(tested).toMatchObject({ status: 200, body: { outcome: "delivered", reason: null, request: { method: "POST", body: expect.stringContaining('"version":"v3"') }, response: { status: 202 } } });
    expect(JSON.stringify(tested.body)).not.toContain("canary");
    expect((await admin("PATCH", path, { accessToken: null, timeoutSeconds: 3 })).body).toMatchObject({ accessToken: null, timeoutSeconds: 3, name: "deploy" });
    expect(await admin("PATCH", path, { url: "http://10.0.0.1/" })).toMatchObject({ status: 422, body: refused("endpoint_not_allowed", "url") });
    expect(await admin("PATCH", path, { timeout: 3 })).toMatchObject({ status: 422, body: refused("invalid", "timeout") });
    expect(await viewer("PATCH", path, { name: "x" })).toMatchObject({ status: 403, body: refused("forbidden") });
    expect(await stranger("GET", path)).toMatchObject({ status: 404, body: refused("not_found") });
    const other = await admin("POST", "/teams/vision-team/webhooks", { name: "doomed", url: "https://hooks.example.com/in" });
    expect((await admin("DELETE", `/teams/vision-team/webhooks/${other.body.id}`)).status).toBe(204);
  });
});

describe("automations over REST", () => {
  it("are created by names, read back as sent, changed and deleted", async () => {
    const sent = { name: "deploy", description: "to staging", scope: inCollection, event: { type: "ADD_ARTIFACT_ALIAS", filter: { alias: "production" } }, action: { type: "webhook", webhook: "deploy", payload: { alias: "${alias}" } } };
    const made = await admin("POST", "/automations", sent);
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: "deploy", description: "to staging", enabled: true, scope: { type: "collection", id: collection, entity: "vision-team", organization: null, project: "mnist", registry: null, collection: "models" },
        event: sent.event, action: { type: "webhook", webhook: { name: "deploy", team: "vision-team" }, payload: sent.action.payload }, revision: 1, createdBy: "ada", updatedAt: null, lastExecution: null,
      },
    });
    const path = `/automations/${made.body.id}`;
    expect((await viewer("GET", path)).body).toEqual(made.body);
    const changed = await admin("PATCH", path, { enabled: false, event: { filter: { alias: "staging" } } });
    expect(changed.body).toEqual({ ...made.body, enabled: false, revision: 2, updatedAt: expect.any(String), event: { ...sent.event, filter: { alias: "staging" } } });
    expect((await viewer("GET", "/automations?entity=vision-team&project=mnist&name=deploy")).body).toEqual({ items: [changed.body], nextCursor: null });
    expect(await stranger("GET", path)).toMatchObject({ status: 404, body: refused("not_found") });
    expect((await admin("DELETE", path)).status).toBe(204);
    expect((await admin("GET", path)).status).toBe(404);
  });

  it("stand at every kind of scope, by id or by name, and are found by it", async () => {
    const noOp = { event: { type: "LINK_ARTIFACT" }, action: { type: "no_op" } };
    const byName = await admin("POST", "/automations", { name: "by name", scope: { type: "collection", organization: "acme", registry: "model", collection: "llm-models" }, ...noOp });
    expect(byName).toMatchObject({ status: 201, body: { scope: { type: "collection", organization: "acme", registry: "model", project: "wandb-registry-model", collection: "llm-models" } } });
    const byId = await admin("POST", "/automations", { name: "by id", scope: { type: "project", id: project }, ...noOp });
    expect(byId).toMatchObject({ status: 201, body: { scope: { type: "project", project: "mnist" }, event: { type: "LINK_ARTIFACT", filter: {} }, action: { type: "no_op" } } });
    expect(await admin("POST", "/automations", { name: "of the team", scope: { type: "team", team: "vision-team" }, ...noOp })).toMatchObject({ status: 201, body: { scope: { type: "team", entity: "vision-team" } } });
    const names = async (query: string): Promise<string[]> => (await viewer("GET", `/automations${query}`)).body.items.map(({ name }: { name: string }) => name);
    expect(await names("?team=vision-team")).toEqual(["by id", "of the team"]);
    expect(await names("?entity=vision-team&project=mnist")).toEqual(["by id"]);
    expect(await names("?organization=acme&registry=model&collection=llm-models")).toEqual(["by name"]);
    expect(await names("?organization=acme")).toEqual(["by name"]);
    const first = await viewer("GET", "/automations?limit=1");
    expect(first.body.items).toEqual([byName.body]);
    expect(await names(`?limit=1&cursor=${first.body.nextCursor}`)).toEqual(["by id"]);
  });

  it.each<[string, object, number, string]>([
    ["a scope without its project", { scope: { type: "collection", entity: "vision-team", collection: "models" } }, 422, "scope.project"],
    ["an unknown field of the filter", { event: { type: "ADD_ARTIFACT_ALIAS", filter: { alais: "x" } } }, 422, "event.filter.alais"],
    ["an event that only hooks of runs have", { event: { type: "RUN_FINISHED" } }, 422, "event.type"],
    ["an unknown name in the body", { scoep: 1 }, 422, "scoep"],
    ["an unknown variable", { action: { type: "webhook", webhook: "deploy", payload: { a: ["${nothing}"] } } }, 422, "action.payload.a[0]"],
  ])("refuse %s", async (_what, given, status, path) => {
    const answer = await admin("POST", "/automations", { name: "refused", scope: inCollection, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "no_op" }, ...given });
    expect(answer).toMatchObject({ status, body: refused("invalid", path) });
  });

  it("refuse a place to look at that is only half told", async () => {
    expect(await viewer("GET", "/automations?project=mnist")).toMatchObject({ status: 422, body: refused("invalid", "entity") });
    expect(await viewer("GET", "/automations?registry=model")).toMatchObject({ status: 422, body: refused("invalid", "organization") });
    expect(await viewer("GET", "/automations?team=vision-team&collection=models")).toMatchObject({ status: 422, body: refused("invalid", "project") });
  });
});

describe("executions over REST", () => {
  it("are listed, read with their attempts, and delivered again only when they have ended", async () => {
    const made = await admin("POST", "/automations", { name: "ring", scope: inCollection, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "no_op" } });
    const subject = { collectionId: collection, collectionName: "models", projectId: project, projectName: "mnist", entityId: world.teamId, entityName: "vision-team" };
    await world.services.db.transaction((tx) => world.services.pipeline.captureChange(tx, exampleChange({ subject })));
    const list = await viewer("GET", `/executions?automation=${made.body.id}&status=pending&since=2020-01-01T00:00:00Z`);
    expect(list).toMatchObject({ status: 200, body: { items: [{ automation: { id: made.body.id, name: "ring" }, status: "pending", action: "no_op", event: { alias: "production" } }], nextCursor: null } });
    const [{ id }] = list.body.items;
    expect(await viewer("GET", `/executions/${id}`)).toMatchObject({ status: 200, body: { id, attempts: [] } });
    expect((await viewer("GET", `/automations/${made.body.id}`)).body.lastExecution).toMatchObject({ id, status: "pending" });
    expect(await admin("POST", `/executions/${id}/redeliver`)).toMatchObject({ status: 409, body: refused("conflict") });
    expect(await stranger("GET", `/executions/${id}`)).toMatchObject({ status: 404, body: refused("not_found") });
    expect(await viewer("GET", "/executions?status=gone")).toMatchObject({ status: 422, body: refused("invalid", "status") });
    expect(await viewer("GET", "/executions?since=yesterday")).toMatchObject({ status: 422, body: refused("invalid", "since") });
    expect(await viewer("GET", "/executions?cursor=nonsense")).toMatchObject({ status: 400, body: refused("bad_request") });
  });
});
