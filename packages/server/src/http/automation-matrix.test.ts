import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../db/database.ts";
import { encodeId } from "../domain/global-id.ts";
import { addAliases, addTagsToCollection, linkArtifact, removeTagsFromCollection, unlinkArtifact, updateArtifact } from "../features/artifacts/index.ts";
import { logVersion } from "../features/artifacts/testing/artifact-bench.ts";
import { supportedEvents } from "../features/automations/index.ts";
import type { World } from "../features/automations/testing/automation-world.ts";
import { makeWorld } from "../features/automations/testing/automation-world.ts";
import { listExecutions } from "../features/history/index.ts";
import { noChanges, receiveReport, upsertRun } from "../features/runs/index.ts";
import { createApiKey } from "../features/tokens/index.ts";
import { silentLog } from "../kit/log.ts";
import { insertAutomation, insertWebhook, startTestPipeline } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { until } from "../testing/until.ts";
import { makeAuthenticate } from "./authenticate.ts";
import { restRoutes } from "./rest/index.ts";
import { automationRoutes } from "./rest/routes-automations.ts";
import { makeHttpServer } from "./server.ts";
import type { RestClient } from "./testing/rest-client.ts";
import { listen, restClient } from "./testing/rest-client.ts";
import { makeGraphql } from "./wandb/graphql/execute.ts";
import { readSchema } from "./wandb/graphql/schema.ts";
import { mutations, queries } from "./wandb/resolvers.ts";

const scopes = ["sequence", "portfolio", "registry collection", "project", "registry", "team", "organization", "user"] as const;
type ScopeName = (typeof scopes)[number];
type EventName = (typeof supportedEvents)[number];

/** Which event can be watched where; everything else is refused. */
const anywhere: ScopeName[] = ["sequence", "portfolio", "registry collection", "project", "registry", "team", "organization"];
const ofRuns: ScopeName[] = ["project", "team", "organization"];
const watchable: Record<EventName, ScopeName[]> = {
  CREATE_ARTIFACT: ["sequence", "registry collection", "project", "registry"],
  LINK_MODEL: ["portfolio", "registry collection", "project", "registry", "team", "organization"],
  UNLINK_ARTIFACT: ["portfolio", "registry collection", "project", "registry", "team", "organization"],
  ADD_ARTIFACT_ALIAS: anywhere,
  ADD_ARTIFACT_TAG: anywhere,
  REMOVE_ARTIFACT_TAG: anywhere,
  ADD_COLLECTION_TAG: anywhere,
  REMOVE_COLLECTION_TAG: anywhere,
  RUN_STATE: ofRuns,
  RUN_METRIC: ofRuns,
  RUN_METRIC_CHANGE: ofRuns,
  RUN_METRIC_ZSCORE: ofRuns,
  WEBHOOK_FAILING: ["team", "organization"],
  WEBHOOK_DISABLED: ["team", "organization"],
  WEBHOOK_RECOVERED: ["team", "organization"],
};

const source = { entity: "vision-team", project: "mnist", collection: "models" };
const portfolio = { entity: "vision-team", project: "mnist", collection: "best" };
const registered = { entity: "acme", project: "wandb-registry-model", collection: "llm" };
type Place = typeof source;

/** What a change at each place is in scope of; an event is raised where it happens, and nowhere else. */
const inSource: ScopeName[] = ["sequence", "project", "team", "organization"];
const inPortfolio: ScopeName[] = ["portfolio", "project", "team", "organization"];
const inRegistry: ScopeName[] = ["registry collection", "registry", "organization"];

let world: World;
let app: FastifyInstance;
let rest: RestClient;
let artifactId: number;
const ids = new Map<ScopeName, string>();
let receiver: Receiver;

beforeAll(async () => {
  world = await makeWorld();
  const { services } = world;
  await services.db.query(sql("test_org_admin", "update organization_members set role = 'admin' where user_id = $1"), [world.admin.userId]);
  artifactId = await log("models", "first");
  for (const place of [portfolio, registered]) await link(place);
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: automationRoutes });
  rest = restClient(await listen(app), (await createApiKey(services, world.admin, { description: null })).apiKey);
  const idOf = async (table: "artifact_collections" | "projects" | "entities", name: string): Promise<number> => {
    const [row] = await services.db.query<{ id: number }>(sql(`test_id_${table}`, `select id from ${table} where name = $1 order by id limit 1`), [name]);
    return row?.id ?? 0;
  };
  for (const [scope, name] of [["sequence", "models"], ["portfolio", "best"], ["registry collection", "llm"]] as const) ids.set(scope, encodeId("ArtifactCollection", await idOf("artifact_collections", name)));
  receiver = await startReceiver();
  const webhookId = await insertWebhook(services.db, { url: receiver.url, entityId: world.teamId });
  await insertAutomation(services.db, { entityId: world.teamId, scope: ["project", await idOf("projects", "mnist")], filter: '{"alias":{"$contains":"ring-"}}', webhookId });
  ids.set("project", encodeId("Project", await idOf("projects", "mnist")));
  ids.set("registry", encodeId("Project", await idOf("projects", "wandb-registry-model")));
  for (const [scope, id] of [["team", world.teamId], ["organization", world.orgEntityId], ["user", world.admin.entityId]] as const) ids.set(scope, encodeId("Entity", id));
});
afterAll(async () => {
  await app.close();
  await receiver.close();
  await world.drop();
});

const log = (collection: string, digest: string): Promise<number> => logVersion(world.services, world.admin, { entity: "vision-team", project: "mnist", collection, digest });
const link = ({ entity, project, collection }: Place, id = artifactId) => linkArtifact(world.services, world.admin, { artifact: { id }, target: { entity, project, collection }, aliases: [] });
const alias = (place: Place, name: string) => addAliases(world.services, world.admin, { artifactId, aliases: [{ ...place, alias: name }] });
const tag = (tags: { tagsToAdd?: string[]; tagsToDelete?: string[] }) =>
  updateArtifact(world.services, world.admin, { artifactId, description: null, metadata: null, ttlSeconds: null, tagsToAdd: [], tagsToDelete: [], aliases: null, ...tags });
const unlink = async (place: Place): Promise<void> => {
  const { collectionId } = await link(place);
  await unlinkArtifact(world.services, world.admin, { artifactId, portfolioId: collectionId });
};

const begin = (name: string) => upsertRun(world.services, world.admin, { entity: "vision-team", project: "mnist", name, state: null }, noChanges);
async function report(run: string, values: readonly number[]): Promise<void> {
  await begin(run);
  const lines = values.map((loss, step) => ({ text: JSON.stringify({ loss, _step: step }), value: { loss, _step: step } }));
  await receiveReport(world.services, world.admin, { entity: "vision-team", project: "mnist", run }, { history: { offset: 0, lines }, events: null, output: null, summary: null, ended: null, preempting: false });
}

const restScope: Record<ScopeName, object> = {
  "sequence": { type: "collection", ...source },
  "portfolio": { type: "collection", ...portfolio },
  "registry collection": { type: "collection", organization: "acme", registry: "model", collection: "llm" },
  "project": { type: "project", entity: "vision-team", project: "mnist" },
  "registry": { type: "registry", organization: "acme", registry: "model" },
  "team": { type: "team", team: "vision-team" },
  "organization": { type: "organization", organization: "acme" },
  "user": { type: "team", team: "ada" },
};

const graphql = makeGraphql({ schema: readSchema(), queries, mutations, log: silentLog, missing: () => undefined });
const createDocument = "mutation CreateAutomation($input: CreateFilterTriggerInput!) { result: createFilterTrigger(input: $input) { trigger { id name } } }";
const scopeType = (scope: ScopeName): string =>
  scope === "project" || scope === "registry" ? "PROJECT" : ["team", "organization", "user"].includes(scope) ? "ENTITY" : "ARTIFACT_COLLECTION";

/** What stands in the event beside the filter, as the SDK writes it and as REST takes it; the conditions hold for 1, 1, 9. */
const conditions: Partial<Record<EventName, { wire: object; rest: object }>> = {
  RUN_STATE: { wire: { run_state_filter: { states: ["RUNNING"] } }, rest: { states: ["RUNNING"] } },
  RUN_METRIC: {
    wire: { run_metric_filter: { threshold_filter: { name: "loss", agg_op: null, window_size: 1, cmp_op: "$gt", threshold: 5 } } },
    rest: { metrics: [{ type: "threshold", metric: "loss", operator: ">", value: 5 }] },
  },
  RUN_METRIC_CHANGE: {
    wire: { run_metric_filter: { change_filter: { name: "loss", agg_op: null, current_window_size: 1, prior_window_size: 1, change_type: "ABSOLUTE", change_dir: "INCREASE", change_amount: 5 } } },
    rest: { metrics: [{ type: "change", metric: "loss", change: "absolute", direction: "increase", amount: 5 }] },
  },
  RUN_METRIC_ZSCORE: {
    wire: { run_metric_filter: { zscore_filter: { name: "loss", window_size: 2, threshold: 3, change_dir: "ANY" } } },
    rest: { metrics: [{ type: "zscore", metric: "loss", window: 2, direction: "any", threshold: 3 }] },
  },
};

/** Creates an automation over a face; gives null when it is saved, else what the user is told. */
type Face = (name: string, scope: ScopeName, event: { type: EventName; filter?: object }) => Promise<string | null>;

const faces: Record<"GraphQL" | "REST", Face> = {
  GraphQL: async (name, scope, { type, filter }) => {
    const wire = conditions[type]?.wire;
    const eventFilter = wire === undefined ? (filter ?? { $or: [{ $and: [] }] }) : { run_filter: JSON.stringify(filter ?? { $and: [] }), ...wire };
    const input = { name, enabled: true, scopeType: scopeType(scope), scopeID: ids.get(scope), triggeringEventType: type, eventFilter: JSON.stringify(eventFilter), triggeredActionType: "NO_OP", triggeredActionConfig: { noOpActionInput: { noOp: true } } };
    const { body } = await graphql({ query: createDocument, variables: { input }, operationName: "" }, { services: world.services, viewer: world.admin });
    return body.errors?.[0]?.message ?? null;
  },
  REST: async (name, scope, { type, filter }) => {
    const { status, body } = await rest("POST", "/automations", { name, scope: restScope[scope], event: { type, ...(filter === undefined ? {} : { filter }), ...conditions[type]?.rest }, action: { type: "no_op" } });
    return status === 201 ? null : String(body.error.message);
  },
};
const faceNames = ["GraphQL", "REST"] as const;

let seen = new Set<string>();
/** Names of the automations that fired since the last time, once for each firing. */
async function fired(type?: EventName): Promise<string[]> {
  const all = await listExecutions(world.services, world.admin, { before: null, limit: 1_000 });
  const fresh = all.filter(({ id, automation }) => !seen.has(id) && (type === undefined || automation.name.includes(` ${type} `)));
  seen = new Set(all.map(({ id }) => id));
  return fresh.map(({ automation }) => automation.name).sort();
}

const cells = supportedEvents.flatMap((type) => scopes.map((scope) => [type, scope] as const));

describe.each(faceNames)("over %s", (face) => {
  test.each(cells)("%s at a %s is saved, or refused with what and where", async (type, scope) => {
    const refusal = await faces[face](`${face} ${type} ${scope}`, scope, { type });
    if (watchable[type].includes(scope)) expect(refusal).toBeNull();
    else expect(refusal).toMatch(scope === "user" ? /a user is not a scope/ : /cannot be watched in a whole|never happens in/);
  });

  test.each<[EventName, object, string]>([
    ["ADD_ARTIFACT_ALIAS", { alais: "x" }, 'unknown field "alais"; did you mean "alias"?'],
    ["ADD_ARTIFACT_TAG", { artifact_colection_name: "x" }, 'did you mean "artifact_collection_name"?'],
    ["ADD_ARTIFACT_ALIAS", { alias: { $regx: "x" } }, 'unknown operator "$regx"; did you mean "$regex"?'],
    ["ADD_ARTIFACT_ALIAS", { $nto: { alias: "x" } }, 'did you mean "$not"?'],
    ["ADD_ARTIFACT_ALIAS", { alias: { $regex: "(?=x)" } }, "look-around"],
    ["RUN_STATE", { confg: "x" }, "unknown field"],
    ["RUN_METRIC", { "sumary.loss": 1 }, 'did you mean "summary.loss"?'],
    ["RUN_STATE", { "confg.lr": 1 }, 'did you mean "config.lr"?'],
    ["RUN_STATE", { display_nmae: "x" }, 'did you mean "display_name"?'],
    ["RUN_STATE", { user: { $containz: "x" } }, 'did you mean "$contains"?'],
    ["RUN_STATE", { tags: { $size: -1 } }, "$size: needs a whole number"],
  ])("%s with the filter %j is refused with the nearest valid name", async (type, filter, message) => {
    expect(await faces[face]("refused", "project", { type, filter })).toContain(message);
  });
});

describe("what was saved fires for a real change", () => {
  const everSeen = new Set<string>();

  test.each<[string, EventName, ScopeName[], () => Promise<unknown>]>([
    ["a version is logged", "CREATE_ARTIFACT", ["sequence", "project"], () => log("models", "second")],
    ["a version is linked in its project", "LINK_MODEL", ["portfolio", "project", "team", "organization"], async () => link(portfolio, await log("models", "third"))],
    ["a version is linked into a registry", "LINK_MODEL", inRegistry, async () => link(registered, await log("models", "fourth"))],
    ["a version is created in a registry", "CREATE_ARTIFACT", ["registry collection", "registry"], async () => { const id = await log("models", "fifth"); await fired(); await link(registered, id); }],
    ["an alias is put on a source version", "ADD_ARTIFACT_ALIAS", inSource, () => alias(source, "production")],
    ["an alias is put on a version linked in its project", "ADD_ARTIFACT_ALIAS", inPortfolio, () => alias(portfolio, "production")],
    ["an alias is put on a version linked into a registry", "ADD_ARTIFACT_ALIAS", inRegistry, () => alias(registered, "production")],
    ["a tag is put on a version, which has it in all three places", "ADD_ARTIFACT_TAG", [...inSource, ...inPortfolio, ...inRegistry], () => tag({ tagsToAdd: ["good"] })],
    ["and is removed from there", "REMOVE_ARTIFACT_TAG", [...inSource, ...inPortfolio, ...inRegistry], () => tag({ tagsToDelete: ["good"] })],
    ["a tag is put on the source collection", "ADD_COLLECTION_TAG", inSource, () => addTagsToCollection(world.services, world.admin, { ...source, tags: ["good"] })],
    ["a tag is put on a collection of the project", "ADD_COLLECTION_TAG", inPortfolio, () => addTagsToCollection(world.services, world.admin, { ...portfolio, tags: ["good"] })],
    ["a tag is put on a collection of a registry", "ADD_COLLECTION_TAG", inRegistry, () => addTagsToCollection(world.services, world.admin, { ...registered, tags: ["good"] })],
    ["the source collection loses it", "REMOVE_COLLECTION_TAG", inSource, () => removeTagsFromCollection(world.services, world.admin, { ...source, tags: ["good"] })],
    ["the project's loses it", "REMOVE_COLLECTION_TAG", inPortfolio, () => removeTagsFromCollection(world.services, world.admin, { ...portfolio, tags: ["good"] })],
    ["the registry's loses it", "REMOVE_COLLECTION_TAG", inRegistry, () => removeTagsFromCollection(world.services, world.admin, { ...registered, tags: ["good"] })],
    ["a version is unlinked in its project", "UNLINK_ARTIFACT", ["portfolio", "project", "team", "organization"], () => unlink(portfolio)],
    ["a version is unlinked from a registry", "UNLINK_ARTIFACT", inRegistry, () => unlink(registered)],
    ["a run begins", "RUN_STATE", ofRuns, () => begin("r1")],
    ["a run logs a value over the threshold", "RUN_METRIC", ofRuns, () => report("threshold", [1, 1, 9])],
    ["a run logs a value that is much higher than the one before", "RUN_METRIC_CHANGE", ofRuns, () => report("change", [1, 1, 9])],
    ["a run logs a value that is out of line", "RUN_METRIC_ZSCORE", ofRuns, () => report("zscore", [1, 1, 9])],
  ])("%s: %s, each automation in scope on its own", async (_what, type, places, change) => {
    await fired();
    await change();
    const told = await fired(type);
    expect(told).toEqual(faceNames.flatMap((face) => places.map((scope) => `${face} ${type} ${scope}`)).sort());
    for (const name of told) everSeen.add(name);
  });

  test.each<[string, EventName, number]>([
    ["fails", "WEBHOOK_FAILING", 500],
    ["works again", "WEBHOOK_RECOVERED", 200],
    ["is gone", "WEBHOOK_DISABLED", 410],
  ])("a webhook of the team %s: %s, each automation in scope on its own", async (_what, type, status) => {
    receiver.answer(() => ({ status }));
    await fired();
    await alias(source, `ring-${status}`);
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore, breaker: { failures: 1, probeMs: 1 } });
    const told = await until("all were told", async () => {
      const names = (await listExecutions(world.services, world.admin, { before: null, limit: 1_000 })).map(({ automation }) => automation.name).filter((name) => name.includes(` ${type} `));
      return names.length > 0 ? names.sort() : null;
    });
    await running.stop();
    expect(told).toEqual(faceNames.flatMap((face) => watchable[type].map((scope) => `${face} ${type} ${scope}`)).sort());
    for (const name of told) everSeen.add(name);
  });

  test("and so every automation of the matrix has fired", () => {
    expect([...everSeen].sort()).toEqual(faceNames.flatMap((face) => cells.filter(([type, scope]) => watchable[type].includes(scope)).map(([type, scope]) => `${face} ${type} ${scope}`)).sort());
  });

  test("for what was made later than the automation too: collections, registry collections, projects", async () => {
    await fired();
    const id = await log("later", "later");
    expect(await fired("CREATE_ARTIFACT")).toEqual(["GraphQL CREATE_ARTIFACT project", "REST CREATE_ARTIFACT project"]);
    await link({ ...registered, collection: "later-too" }, id);
    expect(await fired("LINK_MODEL")).toEqual(faceNames.flatMap((face) => ["organization", "registry"].map((scope) => `${face} LINK_MODEL ${scope}`)).sort());
    await logVersion(world.services, world.admin, { entity: "vision-team", project: "a-later-project", collection: "c", digest: "c" });
    expect(await fired("ADD_ARTIFACT_ALIAS")).toEqual(faceNames.flatMap((face) => ["organization", "team"].map((scope) => `${face} ADD_ARTIFACT_ALIAS ${scope}`)).sort());
  });

  test.each(faceNames)("only for the collection that a project's or a registry's automation names, over %s", async (face) => {
    const only = (name: string): object => ({ artifact_collection_name: { $eq: name } });
    expect(await faces[face](`${face} only models`, "project", { type: "ADD_ARTIFACT_ALIAS", filter: only("models") })).toBeNull();
    expect(await faces[face](`${face} only llm`, "registry", { type: "ADD_ARTIFACT_ALIAS", filter: only("llm") })).toBeNull();
    await link(registered);
    await link({ ...registered, collection: "other" });
    await link(portfolio);
    await fired();
    for (const place of [source, portfolio, registered, { ...registered, collection: "other" }]) await alias(place, `filtered-${face}`);
    expect((await fired()).filter((name) => name.startsWith(`${face} only`))).toEqual([`${face} only llm`, `${face} only models`]);
  });
});
