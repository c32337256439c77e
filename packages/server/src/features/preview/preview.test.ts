import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import { insertWebhook, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { addAliases, addTagsToCollection, linkArtifact, updateArtifact } from "../artifacts/index.ts";
import { logVersion } from "../artifacts/testing/artifact-bench.ts";
import type { AutomationInput } from "../automations/index.ts";
import { createAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { listExecutions } from "../history/index.ts";
import { noChanges, upsertRun } from "../runs/index.ts";
import { putSecret } from "../secrets/index.ts";
import { updateWebhook } from "../webhooks/index.ts";
import type { TriedChange } from "./index.ts";
import { previewChange } from "./index.ts";

let world: World;
let receiver: Receiver;
let artifactId: number;
let webhookId: string;
const team = { entity: "vision-team", project: "mnist" };
const portfolio = "acme/wandb-registry-model/llm";
const payload = '{"model":"${artifact_version_string}","event":"${event_type}","tag":"${tag}","token":"Bearer ${TOKEN}"}';

beforeAll(async () => {
  world = await makeWorld();
  receiver = await startReceiver();
  artifactId = await logVersion(world.services, world.member, { ...team, collection: "models", digest: "first" });
  await logVersion(world.services, world.member, { ...team, collection: "numbered", digest: "numbers" });
  await linkArtifact(world.services, world.admin, { artifact: { id: artifactId }, target: { entity: "acme", project: "wandb-registry-model", collection: "llm" }, aliases: [] });
  await upsertRun(world.services, world.member, { ...team, name: "r1", state: null }, noChanges);
  await putSecret(world.services, world.admin, { team: "vision-team", name: "TOKEN", value: "canary-token-value" });
  webhookId = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.teamId, secretNames: ["TOKEN"] });
  await world.services.db.query(sql("test_org_admin", "update organization_members set role = 'admin' where user_id = $1"), [world.admin.userId]);
  await create({ name: "created in the project", event: { type: "CREATE_ARTIFACT", filter: "{}" }, action: webhook() });
  const types = ["CREATE_ARTIFACT", "LINK_MODEL", "UNLINK_ARTIFACT", "ADD_ARTIFACT_ALIAS", "ADD_ARTIFACT_TAG", "REMOVE_ARTIFACT_TAG", "ADD_COLLECTION_TAG", "REMOVE_COLLECTION_TAG"];
  for (const type of types) await create({ name: type, event: { type, filter: "{}" }, scope: type === "CREATE_ARTIFACT" ? { organization: "acme", registry: "model" } : { organization: "acme" }, action: webhook() });
  for (const state of ["RUNNING", "FINISHED", "FAILED"]) await create({ name: state, event: { type: "RUN_STATE", filter: `{"run_state_filter":{"states":["${state}"]}}` } });
});
afterAll(async () => {
  await receiver.close();
  await world.drop();
});

const webhook = (): AutomationInput["action"] => ({ type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload });
const create = (given: Partial<AutomationInput> & { name: string }) =>
  createAutomation(world.services, world.admin, { description: null, enabled: true, scope: team, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" }, action: { type: "NO_OP" }, ...given });
const version = (collection: string, given: Partial<Extract<TriedChange, { change: "create_artifact" }>> = {}): TriedChange => ({ change: "create_artifact", collection, type: null, metadata: {}, aliases: ["latest"], tags: [], ...given });
const preview = (tried: TriedChange, viewer = world.admin) => previewChange(world.services, viewer, tried);
/** `automation: event place` of everything that a preview tells of. */
const told = async (tried: TriedChange): Promise<string[]> =>
  (await preview(tried)).events.flatMap(({ event, automations }) => automations.map(({ name, outcome }) => `${name} ${outcome} ${event.run?.id ?? event.collection ?? ""}`)).sort();

/** A fingerprint of every row of every table. */
async function everyRow(): Promise<Record<string, string>> {
  const { db } = world.services;
  const tables = await db.query<{ name: string }>(sql("test_tables", "select tablename as name from pg_tables where schemaname = 'public' order by 1"), []);
  const prints = await Promise.all(tables.map(async ({ name }) => [name, (await db.query<{ print: string }>(sql(`test_rows_${name}`, `select coalesce(md5(string_agg(each::text, ',' order by each::text)), '') as print from ${name} as each`), []))[0]?.print ?? ""]));
  return Object.fromEntries(prints);
}

async function countObjects(): Promise<number> {
  let count = 0;
  for await (const _ of world.services.objects.list()) count += 1;
  return count;
}

describe("the dry run of a change", () => {
  test.each<[string, TriedChange, string[]]>([
    ["a new version", version("vision-team/mnist/models"), ["ADD_ARTIFACT_ALIAS fires models", "created in the project fires models"]],
    ["a new version with tags and aliases", version("vision-team/mnist/models", { aliases: ["latest", "best"], tags: ["good"] }), ["ADD_ARTIFACT_ALIAS fires models", "ADD_ARTIFACT_ALIAS fires models", "ADD_ARTIFACT_TAG fires models", "created in the project fires models"]],
    ["the first version of a new collection", version("vision-team/mnist/fresh", { type: "model", aliases: [] }), ["created in the project fires fresh"]],
    ["the first version of a new project", version("vision-team/new/fresh", { type: "model", aliases: ["best"] }), ["ADD_ARTIFACT_ALIAS fires fresh"]],
    ["an alias on a source version", { change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "production" }, ["ADD_ARTIFACT_ALIAS fires models"]],
    ["an alias on a linked version", { change: "add_alias", artifact: `${portfolio}:latest`, alias: "production" }, ["ADD_ARTIFACT_ALIAS fires llm"]],
    ["an alias that is there already", { change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "latest" }, []],
    ["a link into a new collection", { change: "link", artifact: "vision-team/mnist/models:v0", collection: "acme/wandb-registry-model/fresh", aliases: ["staging"] }, ["ADD_ARTIFACT_ALIAS fires fresh", "ADD_ARTIFACT_ALIAS fires fresh", "CREATE_ARTIFACT fires fresh", "LINK_MODEL fires fresh"]],
    ["an unlink", { change: "unlink", artifact: `${portfolio}:v0` }, ["UNLINK_ARTIFACT fires llm"]],
    ["a tag on a version, which is one everywhere", { change: "add_artifact_tag", artifact: "vision-team/mnist/models:v0", tag: "good" }, ["ADD_ARTIFACT_TAG fires llm", "ADD_ARTIFACT_TAG fires models"]],
    ["a tag that is not there to be removed", { change: "remove_artifact_tag", artifact: "vision-team/mnist/models:v0", tag: "good" }, []],
    ["a tag on a collection", { change: "add_collection_tag", collection: portfolio, tag: "good" }, ["ADD_COLLECTION_TAG fires llm"]],
    ["a run that finishes", { change: "run_state", run: { ...team, run: "r1" }, state: "FINISHED" }, ["FINISHED fires r1"]],
    ["a run that fails", { change: "run_state", run: { ...team, run: "r1" }, state: "FAILED" }, ["FAILED fires r1"]],
    ["a run that is running already", { change: "run_state", run: { ...team, run: "r1" }, state: "RUNNING" }, []],
  ])("%s: tells what would fire, stores nothing, sends nothing", async (_what, tried, expected) => {
    const before = await everyRow();
    const objectCount = await countObjects();
    expect(Object.keys(before)).toContain("events");
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
    expect(await told(tried)).toEqual(expected);
    await running.stop();
    expect(await everyRow()).toEqual(before);
    expect(receiver.received).toEqual([]);
    expect(await countObjects(), "no content is kept").toBe(objectCount);
  });

  test("a tag that is there is removed in the dry run, and a version is named by its id too", async () => {
    await updateArtifact(world.services, world.member, { artifactId, description: null, metadata: null, ttlSeconds: null, tagsToAdd: ["kept"], tagsToDelete: [], aliases: null });
    await addTagsToCollection(world.services, world.member, { ...team, collection: "models", tags: ["kept"] });
    const [first] = (await preview({ change: "remove_artifact_tag", artifact: "vision-team/mnist/models:v0", tag: "kept" })).events;
    const body: unknown = JSON.parse(first?.automations[0]?.request?.body ?? "null");
    expect(body).toMatchObject({ event: "REMOVE_ARTIFACT_TAG", tag: "kept" });
    const id = Buffer.from(`Artifact:${artifactId}`).toString("base64");
    for (const artifact of [id, `wandb-artifact://_id/${id}`]) expect(await told({ change: "remove_artifact_tag", artifact, tag: "kept" })).toEqual(["REMOVE_ARTIFACT_TAG fires llm", "REMOVE_ARTIFACT_TAG fires models"]);
    expect(await told({ change: "add_alias", artifact: id, alias: "x" })).toEqual(["ADD_ARTIFACT_ALIAS fires models"]);
    expect(await told({ change: "remove_collection_tag", collection: "vision-team/mnist/models", tag: "kept" })).toEqual(["REMOVE_COLLECTION_TAG fires models"]);
  });

  test("tells exactly the requests that the change then sends, with secrets as their names", async () => {
    const tried = await preview({ change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "shipped" });
    const requests = tried.events.flatMap(({ automations }) => automations.map(({ request }) => request));
    expect(requests).toEqual([{ method: "POST", url: receiver.url, body: '{"model":"vision-team/mnist/models:shipped","event":"ADD_ARTIFACT_ALIAS","tag":"","token":"Bearer ${TOKEN}"}' }]);
    expect(JSON.stringify(tried)).not.toContain("canary");
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
    await addAliases(world.services, world.admin, { artifactId, aliases: [{ ...team, collection: "models", alias: "shipped" }] });
    const wanted = requests.map((request) => request?.body?.replace("${TOKEN}", "canary-token-value"));
    await until("it arrives", () => receiver.received.some(({ body }) => wanted.includes(body)));
    await running.stop();
  });

  test("tells exactly the requests of a version that is then logged, with its number and metadata", async () => {
    await create({ name: "read", scope: { ...team, collection: "numbered" }, event: { type: "CREATE_ARTIFACT", filter: "{}" }, action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload: '{"read":"${artifact_version_string} ${artifact_metadata.kind}","f1":"${=artifact_metadata.f1}"}' } });
    const tried = await preview(version("vision-team/mnist/numbered", { metadata: { kind: "resnet", f1: 0.25 } }));
    expect(tried.events.map(({ event }) => [event.type, event.collection, event.version])).toEqual([["CREATE_ARTIFACT", "numbered", "v1"], ["ADD_ARTIFACT_ALIAS", "numbered", "v1"]]);
    const body = tried.events[0]?.automations.find(({ name }) => name === "read")?.request?.body ?? "";
    expect(body).toBe('{"read":"vision-team/mnist/numbered:v1 resnet","f1":0.25}');
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
    await logVersion(world.services, world.member, { ...team, collection: "numbered", digest: "numbered", metadata: '{"kind":"resnet","f1":0.25}' });
    await until("it arrives", () => receiver.received.some((request) => request.body === body));
    await running.stop();
  });

  test("shows where the receiver would report without the token to do so", async () => {
    await create({ name: "reported", event: { type: "ADD_COLLECTION_TAG", filter: '{"tag":"reported"}' }, action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload: '{"to":"${callback_url}"}' } });
    const [event] = (await preview({ change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "reported" })).events;
    expect(event?.automations.find(({ name }) => name === "reported")?.request?.body).toBe('{"to":"http://bellhop.test/callbacks/[callback token]"}');
  });

  test("tells why something would be held back, or could not be delivered", async () => {
    const broken = await create({ name: "broken" });
    await world.services.db.query(sql("test_break", "update automations set event_filter = 'broken' where id = $1"), [broken.id]);
    await updateWebhook(world.services, world.admin, { team: "vision-team", id: webhookId, enabled: false });
    const [event] = (await preview({ change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "dark" })).events;
    expect(event?.automations.map(({ name, outcome, reason, request }) => [name, outcome, reason?.code, request])).toEqual([
      ["ADD_ARTIFACT_ALIAS", "undeliverable", "webhook_disabled", null],
      ["broken", "skipped", "filter_unreadable", null],
    ]);
    await updateWebhook(world.services, world.admin, { team: "vision-team", id: webhookId, enabled: true });
  });
});

describe("a dry run of very much", () => {
  test("says that there is more than it shows", async () => {
    const large = JSON.stringify({ text: "x".repeat(250_000) });
    for (let index = 0; index < 40; index += 1) await create({ name: `large ${String(index).padStart(2, "0")}`, event: { type: "ADD_COLLECTION_TAG", filter: '{"tag":"large"}' }, action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload: large } });
    const { events, more } = await preview({ change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "large" });
    const names = events.flatMap(({ automations }) => automations.map(({ name }) => name));
    expect(more).toBe(true);
    expect(names.slice(0, 3)).toEqual(["ADD_COLLECTION_TAG", "large 00", "large 01"]);
    expect(names.length).toBeLessThan(41);
    expect((await preview({ change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "small" })).more).toBe(false);
    const few = await previewChange({ ...world.services, limits: { ...world.services.limits, pageSize: 2 } }, world.admin, { change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "large" });
    expect(few).toMatchObject({ more: true, events: [{ automations: [{ name: "ADD_COLLECTION_TAG" }, { name: "large 00" }] }] });
  });
});

describe("who may try a change", () => {
  test.each<[string, TriedChange]>([
    ["create_artifact", version("vision-team/mnist/models")],
    ["create_artifact of a new collection", version("vision-team/mnist/unheard", { type: "model" })],
    ["add_alias", { change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "x" }],
    ["link", { change: "link", artifact: "vision-team/mnist/models:v0", collection: portfolio, aliases: [] }],
    ["unlink", { change: "unlink", artifact: `${portfolio}:v0` }],
    ["add_artifact_tag", { change: "add_artifact_tag", artifact: "vision-team/mnist/models:v0", tag: "x" }],
    ["add_collection_tag", { change: "add_collection_tag", collection: "vision-team/mnist/models", tag: "x" }],
    ["run_state", { change: "run_state", run: { ...team, run: "r1" }, state: "FINISHED" }],
  ])("%s: a viewer may not where the change itself is not allowed, and a stranger hears that there is nothing", async (change, tried) => {
    // Whoever is a member of the organization may link: a viewer of the team is one.
    if (change !== "link" && change !== "unlink") expect(await refusal(preview(tried, world.viewer))).toMatchObject({ code: "forbidden" });
    expect(await refusal(preview(tried, world.stranger))).toMatchObject({ code: "not_found" });
  });

  test("a webhook's address is shown only to those with a role in its team", async () => {
    await create({ name: "of the organization", scope: { organization: "acme" }, event: { type: "LINK_MODEL", filter: "{}" }, action: webhook() });
    await world.services.db.query(sql("test_other_member", `
      insert into organization_members (organization_id, user_id, entity_id, role) select organizations.id, $1, entity_id, 'member' from organizations where name = 'acme'`), [world.stranger.userId]);
    const { events } = await preview({ change: "add_collection_tag", collection: portfolio, tag: "seen" }, world.stranger);
    expect(events.flatMap(({ automations }) => automations)).toMatchObject([{ name: "ADD_COLLECTION_TAG", outcome: "fires", request: { url: null, body: expect.stringContaining("ADD_COLLECTION_TAG") } }]);
  });

  test("what would happen in a restricted registry is told to its members only", async () => {
    const tag: TriedChange = { change: "add_artifact_tag", artifact: "vision-team/mnist/models:v0", tag: "secretly" };
    const places = async (viewer = world.admin): Promise<string[]> => (await preview(tag, viewer)).events.map(({ event }) => event.collection ?? "").sort();
    expect(await places(world.member)).toEqual(["llm", "models"]);
    await world.services.db.query(sql("test_restrict", "update projects set access = 'RESTRICTED' where name = 'wandb-registry-model' and entity_id = $1"), [world.orgEntityId]);
    expect(await places(world.member)).toEqual(["models"]);
    expect(await places()).toEqual(["llm", "models"]);
    await world.services.db.query(sql("test_unrestrict", "update projects set access = 'PRIVATE' where name = 'wandb-registry-model' and entity_id = $1"), [world.orgEntityId]);
  });

  test.each<[string, TriedChange, object]>([
    ["a version that is not there", { change: "add_alias", artifact: "vision-team/mnist/models:v9", alias: "x" }, { code: "not_found" }],
    ["an id that is none", { change: "add_alias", artifact: "nonsense", alias: "x" }, { code: "not_found" }],
    ["a path without a project", { change: "add_alias", artifact: "vision-team/models:v0", alias: "x" }, { code: "invalid", details: [{ path: "artifact", message: "must be written as entity/project/collection:alias" }] }],
    ["an alias that cannot be one", { change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "v3" }, { code: "invalid" }],
    ["a version in a registry", version(portfolio), { code: "invalid", details: [{ path: "projectName", message: expect.stringContaining("is a registry") }] }],
    ["a version of another type", version("vision-team/mnist/models", { type: "dataset" }), { code: "conflict" }],
    ["a version of a collection that is not there, without its type", version("vision-team/mnist/none"), { code: "not_found" }],
    ["a version with an alias that cannot be one", version("vision-team/mnist/models", { aliases: ["v3"] }), { code: "invalid" }],
    ["a version with metadata over the limit", version("vision-team/mnist/models", { metadata: { text: "x".repeat(1 << 20) } }), { code: "too_large" }],
    ["an unlink from the source", { change: "unlink", artifact: "vision-team/mnist/models:v0" }, { code: "not_found" }],
    ["a run that is not there", { change: "run_state", run: { ...team, run: "none" }, state: "RUNNING" }, { code: "not_found" }],
  ])("%s is refused as the change itself would be", async (_what, tried, expected) => {
    expect(await refusal(preview(tried))).toMatchObject(expected);
  });

  test("a refused dry run leaves nothing behind either, and the next one works", async () => {
    const before = await listExecutions(world.services, world.admin, { before: null, limit: 1_000 });
    await refusal(preview({ change: "link", artifact: "vision-team/mnist/models:v0", collection: "vision-team/mnist/models", aliases: [] }));
    expect(await listExecutions(world.services, world.admin, { before: null, limit: 1_000 })).toEqual(before);
    expect(await told({ change: "add_alias", artifact: "vision-team/mnist/models:v0", alias: "after" })).toContain("ADD_ARTIFACT_ALIAS fires models");
  });
});
