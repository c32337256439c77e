import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import { createWebhook, deleteWebhook, updateWebhook } from "../webhooks/index.ts";
import { putSecret } from "../secrets/index.ts";
import type { AutomationInput } from "./index.ts";
import { createAutomation, deleteAutomation, listAutomations, listProjectAutomations, readAutomation, updateAutomation } from "./index.ts";
import type { World } from "./testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld, projectId, refusal } from "./testing/automation-world.ts";

let world: World;
let project: number;
let collection: number;
let registry: number;
let portfolio: number;
let webhookId: string;
let count = 0;

beforeAll(async () => {
  world = await makeWorld();
  const { db } = world.services;
  project = await insertProject(db, world.teamId, "mnist");
  collection = await insertCollection(db, { entityId: world.teamId, projectId: project }, "model-run", "sequence");
  registry = await projectId(db, world.orgEntityId, "wandb-registry-model");
  portfolio = await insertCollection(db, { entityId: world.orgEntityId, projectId: registry }, "llm-models", "portfolio");
  await putSecret(world.services, world.admin, { team: "vision-team", name: "TOKEN", value: "canary-token" });
  await putSecret(world.services, world.admin, { team: "vision-team", name: "EXTRA", value: "canary-extra" });
  const webhook = await createWebhook(world.services, world.admin, { team: "vision-team", name: "deploy", url: "https://hooks.example.com/a?key=in-the-url", accessToken: "TOKEN", secrets: ["EXTRA"] });
  webhookId = webhook.id;
});
afterAll(() => world.drop());
beforeEach(() => {
  count += 1;
});

const production = '{"$or":[{"$and":[{"alias":{"$eq":"production"}}]}]}';
const input = (given: Partial<AutomationInput> = {}): AutomationInput => ({
  name: `automation ${count}`, description: null, enabled: true, scope: { kind: "collection", id: collection },
  event: { type: "ADD_ARTIFACT_ALIAS", filter: production }, action: { type: "NO_OP" }, ...given,
});
const webhookAction = (payload: string | null = null): AutomationInput["action"] => ({ type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload });
const create = (given: Partial<AutomationInput> = {}, viewer = world.admin) => createAutomation(world.services, viewer, input(given));
const read = (id: string, viewer = world.admin) => readAutomation(world.services, viewer, { id });
const update = (id: string, changes: Omit<Parameters<typeof updateAutomation>[2], "id">, viewer = world.admin) => updateAutomation(world.services, viewer, { id, ...changes });
const revisions = (id: string) => world.services.db.query<{ revision: number; name: string }>(sql("test_revisions", "select revision, name from automation_revisions where automation_id = $1 order by revision"), [id]);

describe("creating an automation", () => {
  it("stores it as it was sent, and reads give back every field of the answer", async () => {
    const payload = '{ "event_type":"DEPLOY","model": "${artifact_version_string}", "token":"${ACCESS_TOKEN}","extra":"${EXTRA}" }';
    const made = await create({ name: "deploy it", description: "to staging", action: webhookAction(payload) });
    expect(made).toMatchObject({
      name: "deploy it", description: "to staging", enabled: true, revision: 1, createdBy: "ada", updatedAt: null, lastExecution: null,
      scope: { kind: "collection", id: collection, entity: "vision-team", entityKind: "team", organization: null, project: "mnist", collection: "model-run", collectionKind: "sequence" },
      event: { type: "ADD_ARTIFACT_ALIAS", filter: production },
      action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId, name: "deploy", team: "vision-team", url: "https://hooks.example.com/a?key=in-the-url" }, payload },
    });
    expect(await read(made.id)).toEqual(made);
    expect(await listAutomations(world.services, world.admin, { name: "deploy it", after: null, limit: 5, offset: 0 })).toEqual([made]);
    expect(await revisions(made.id)).toEqual([{ revision: 1, name: "deploy it" }]);
  });

  it.each<[string, () => Partial<AutomationInput>]>([
    ["a collection of a project", () => ({ scope: { entity: "vision-team", project: "mnist", collection: "model-run" } })],
    ["a project", () => ({ scope: { kind: "project", id: project }, event: { type: "LINK_ARTIFACT", filter: "{}" } })],
    ["new versions in a project", () => ({ scope: { entity: "vision-team", project: "mnist" }, event: { type: "CREATE_ARTIFACT", filter: '{"artifact_type":"model"}' } })],
    ["a collection of a registry", () => ({ scope: { organization: "acme", registry: "model", collection: "llm-models" } })],
    ["a team", () => ({ scope: { entity: "vision-team" } })],
  ])("watches %s", async (_what, given) => {
    await expect(create(given())).resolves.toMatchObject({ enabled: true });
  });

  it.each<[string, () => Partial<AutomationInput>, string, string]>([
    ["an empty name", () => ({ name: "" }), "name", "must not be empty"],
    ["a name of 256 characters", () => ({ name: "x".repeat(256) }), "name", "at most 255"],
    ["a description of 4097 characters", () => ({ description: "x".repeat(4097) }), "description", "at most 4096"],
    ["an event of run hooks", () => ({ event: { type: "RUN_FINISHED", filter: "{}" } }), "event.type", 'event type "RUN_FINISHED" is not supported by this release; supported are CREATE_ARTIFACT, LINK_ARTIFACT, UNLINK_ARTIFACT'],
    ["an event that is none", () => ({ event: { type: "BELL", filter: "{}" } }), "event.type", "is not supported"],
    ["new versions in a whole team", () => ({ scope: { entity: "vision-team" }, event: { type: "CREATE_ARTIFACT", filter: "{}" } }), "event.type", "cannot be watched in a whole team"],
    ["a user as a scope", () => ({ scope: { entity: "ada" } }), "scope", "a user is not a scope"],
    ["a link into a collection that versions are logged to", () => ({ event: { type: "LINK_MODEL", filter: "{}" } }), "event.type", "LINK_ARTIFACT never happens in \"model-run\": versions are logged to it"],
    ["an unknown field", () => ({ event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"$or":[{"$and":[{"alais":"x"}]}]}' } }), "event.filter.$or[0].$and[0].alais", 'did you mean "alias"'],
    ["an unknown operator", () => ({ event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"alias":{"$regexp":"x"}}' } }), "event.filter.alias.$regexp", "$regex"],
    ["a filter that is not JSON", () => ({ event: { type: "ADD_ARTIFACT_ALIAS", filter: "{" } }), "event.filter", "not JSON"],
    ["a filter that is a list", () => ({ event: { type: "ADD_ARTIFACT_ALIAS", filter: "[]" } }), "event.filter", "must be an object"],
    ["a payload that is a list", () => ({ action: webhookAction("[1]") }), "action.payload", "must be a JSON object"],
    ["a payload that is not JSON", () => ({ action: webhookAction("") }), "action.payload", "not JSON"],
    ["an unknown variable", () => ({ action: webhookAction('{"a":{"b":["${artifact_versoin}"]}}') }), "action.payload.a.b[0]", 'did you mean "artifact_version"'],
    ["a payload of more than 256 KiB", () => ({ action: webhookAction(JSON.stringify({ a: "x".repeat(262_144) })) }), "action.payload", "larger than 262144 bytes"],
  ])("refuses %s", async (_what, given, path, message) => {
    expect(await refusal(create(given()))).toMatchObject({ code: "invalid", details: [{ path, message: expect.stringContaining(message) }] });
  });

  it("tells all problems at once", async () => {
    const refused = await refusal(create({ name: "", event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"x":1,"y":2}' }, action: webhookAction('{"a":"${no_such}"}') }));
    expect(refused.details).toMatchObject([{ path: "name" }, { path: "event.filter.x" }, { path: "event.filter.y" }, { path: "action.payload.a" }]);
  });

  it("refuses a name that the scope has, and takes it in another scope or after a deletion", async () => {
    const made = await create({ name: "twice" });
    expect(await refusal(create({ name: "twice" }))).toMatchObject({ code: "conflict", message: 'An automation named "twice" exists already in this scope.' });
    await create({ name: "twice", scope: { kind: "project", id: project } });
    await deleteAutomation(world.services, world.admin, { id: made.id });
    await expect(create({ name: "twice" })).resolves.toMatchObject({ revision: 1 });
  });

  it("creates one of two that come at once with one name", async () => {
    const results = await Promise.allSettled([create({ name: "race" }), create({ name: "race" })]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("an automation's webhook", () => {
  it("may be named, and is then looked for in the scope's team", async () => {
    await expect(create({ action: { type: "GENERIC_WEBHOOK", webhook: { team: null, name: "deploy" }, payload: null } })).resolves.toMatchObject({ action: { webhook: { id: webhookId } } });
    const inRegistry = { scope: { kind: "project", id: registry } as const };
    const orgAdmin = world.admin;
    await world.services.db.query(sql("test_org_admin", "update organization_members set role = 'admin' where user_id = $1"), [orgAdmin.userId]);
    expect(await refusal(create({ ...inRegistry, action: { type: "GENERIC_WEBHOOK", webhook: { team: null, name: "deploy" }, payload: null } }))).toMatchObject({ code: "invalid", details: [{ path: "action.team" }] });
    await expect(create({ ...inRegistry, action: { type: "GENERIC_WEBHOOK", webhook: { team: "vision-team", name: "deploy" }, payload: null } })).resolves.toMatchObject({ scope: { organization: "acme" } });
  });

  it("must be one of a team of which one is a member; a foreign one is missing", async () => {
    const foreign = await createWebhook(world.services, world.stranger, { team: "other-team", name: "theirs", url: "https://hooks.example.com/" });
    const missing = await refusal(create({ action: { type: "GENERIC_WEBHOOK", webhook: { id: "01890a5d-ac96-774b-bcce-b302099a8057" }, payload: null } }));
    expect(await refusal(create({ action: { type: "GENERIC_WEBHOOK", webhook: { id: foreign.id }, payload: null } }))).toEqual(missing);
    expect(await refusal(create({ action: { type: "GENERIC_WEBHOOK", webhook: { id: "no uuid" }, payload: null } }))).toEqual(missing);
    expect(missing).toMatchObject({ code: "not_found", message: "Webhook not found." });
  });

  it("must be of the organization whose registry is watched", async () => {
    const own = await createWebhook(world.services, world.admin, { team: "ada", name: "mine", url: "https://hooks.example.com/" });
    expect(await refusal(create({ scope: { kind: "project", id: registry }, action: { type: "GENERIC_WEBHOOK", webhook: { id: own.id }, payload: null } }))).toMatchObject({ code: "invalid", details: [{ path: "action.webhook" }] });
  });

  it("shows its address only to those with a role in its team", async () => {
    const made = await create({ scope: { kind: "collection", id: portfolio }, action: webhookAction() });
    await world.services.db.query(sql("test_out_of_team", "delete from team_members where user_id = $1"), [world.viewer.userId]);
    expect(await read(made.id, world.viewer)).toMatchObject({ action: { webhook: { id: webhookId, name: "deploy", url: null } } });
    await world.services.db.query(sql("test_back_in_team", "insert into team_members (entity_id, user_id, role) values ($1, $2, 'viewer')"), [world.teamId, world.viewer.userId]);
    expect(await read(made.id, world.viewer)).toMatchObject({ action: { webhook: { url: "https://hooks.example.com/a?key=in-the-url" } } });
  });

  it("may be deleted; the automation can still be renamed, and shows what it had", async () => {
    const doomed = await createWebhook(world.services, world.admin, { team: "vision-team", name: "doomed", url: "https://hooks.example.com/" });
    const action = { type: "GENERIC_WEBHOOK", webhook: { id: doomed.id }, payload: null } as const;
    const made = await create({ action });
    await deleteWebhook(world.services, world.admin, { team: "vision-team", id: doomed.id, force: true });
    expect(await update(made.id, { name: "renamed", action })).toMatchObject({ name: "renamed", action: { webhook: { id: doomed.id, name: null, url: null } } });
    expect(await refusal(update(made.id, { action: { ...action, payload: '{"a":1}' } }))).toMatchObject({ code: "not_found" });
  });

  it("decides which secrets a payload may use", async () => {
    const bare = await createWebhook(world.services, world.admin, { team: "vision-team", name: "bare", url: "https://hooks.example.com/" });
    const action = { type: "GENERIC_WEBHOOK", webhook: { id: bare.id }, payload: '{"a":"${EXTRA}"}' } as const;
    expect(await refusal(create({ action }))).toMatchObject({ details: [{ path: "action.payload.a" }] });
    await updateWebhook(world.services, world.admin, { team: "vision-team", id: bare.id, secrets: ["EXTRA"] });
    await expect(create({ action })).resolves.toMatchObject({ revision: 1 });
  });
});

describe("changing an automation", () => {
  it("changes nothing when everything is sent unchanged", async () => {
    const made = await create({ action: webhookAction('{"a":"${alias}"}') });
    const same = await update(made.id, { name: made.name, enabled: true, scope: { kind: "collection", id: collection }, event: made.event, action: webhookAction('{"a":"${alias}"}') });
    expect(same).toEqual(made);
    expect(await revisions(made.id)).toHaveLength(1);
  });

  it("counts a revision for what an execution goes by, none for being disabled or described", async () => {
    const made = await create();
    const disabled = await update(made.id, { enabled: false, description: "why" });
    expect(disabled).toMatchObject({ enabled: false, description: "why", revision: 1, updatedAt: expect.any(Date), createdAt: made.createdAt });
    expect(await read(made.id)).toEqual(disabled);
    expect(await update(made.id, { description: null })).toMatchObject({ description: null, enabled: false });
    const edited = await update(made.id, { name: `${made.name} edited`, event: { filter: "{}" } });
    expect(edited).toMatchObject({ revision: 2, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" } });
    expect(await revisions(made.id)).toEqual([{ revision: 1, name: made.name }, { revision: 2, name: `${made.name} edited` }]);
  });

  it("checks what changes as at creation", async () => {
    const [made, other] = [await create(), await create({ name: `${count} other` })];
    expect(await refusal(update(made.id, { name: other.name }))).toMatchObject({ code: "conflict" });
    expect(await refusal(update(made.id, { event: { filter: '{"x":1}' } }))).toMatchObject({ code: "invalid", details: [{ path: "event.filter.x" }] });
    expect(await refusal(update(made.id, { event: { type: "RUN_FINISHED" } }))).toMatchObject({ code: "invalid", details: [{ path: "event.type" }] });
    expect(await refusal(update(made.id, { action: webhookAction("[]") }))).toMatchObject({ code: "invalid", details: [{ path: "action.payload" }] });
    expect(await refusal(update(made.id, { scope: { kind: "collection", id: 999_999 } }))).toMatchObject({ code: "not_found" });
    expect(await read(made.id)).toEqual(made);
  });

  it("moves it only where one may edit on both sides", async () => {
    const made = await create({}, world.member);
    expect(await refusal(update(made.id, { scope: { kind: "project", id: project } }, world.member))).toMatchObject({ code: "forbidden" });
    expect(await update(made.id, { scope: { kind: "project", id: project } })).toMatchObject({ scope: { kind: "project", id: project }, revision: 2 });
  });

  it("is not_found for what is unknown, deleted or no id", async () => {
    const made = await create();
    await deleteAutomation(world.services, world.admin, { id: made.id });
    for (const id of [made.id, "01890a5d-ac96-774b-bcce-b302099a8057", "nonsense", ""]) {
      expect(await refusal(update(id, { enabled: false }))).toMatchObject({ code: "not_found", message: "Automation not found." });
      expect(await refusal(read(id))).toMatchObject({ code: "not_found", message: "Automation not found." });
      expect(await refusal(deleteAutomation(world.services, world.admin, { id }))).toMatchObject({ code: "not_found", message: "Automation not found." });
    }
  });
});

describe("who may do what with automations", () => {
  it("members edit those of collections, admins those of projects and teams, viewers only read", async () => {
    const inCollection = await create({}, world.member);
    const inProject = await create({ scope: { kind: "project", id: project } });
    for (const scope of [{ kind: "project", id: project }, { entity: "vision-team" }] as const) expect(await refusal(create({ scope }, world.member))).toMatchObject({ code: "forbidden" });
    expect(await refusal(create({}, world.viewer))).toMatchObject({ code: "forbidden" });
    expect(await refusal(update(inProject.id, { enabled: false }, world.member))).toMatchObject({ code: "forbidden" });
    expect(await refusal(deleteAutomation(world.services, world.viewer, { id: inCollection.id }))).toMatchObject({ code: "forbidden" });
    expect(await read(inProject.id, world.viewer)).toMatchObject({ name: inProject.name });
    await expect(update(inCollection.id, { enabled: false }, world.member)).resolves.toMatchObject({ enabled: false });
  });

  it("a registry's are for its admins", async () => {
    expect(await refusal(create({ scope: { organization: "acme", registry: "model" } }, world.member))).toMatchObject({ code: "forbidden" });
    await world.services.db.query(sql("test_registry_admin", "insert into project_members (project_id, user_id, entity_id, role) values ($1, $2, $3, 'admin')"), [registry, world.member.userId, world.orgEntityId]);
    await expect(create({ scope: { organization: "acme", registry: "model" } }, world.member)).resolves.toMatchObject({ scope: { project: "wandb-registry-model" } });
  });

  it("for strangers there are none: same answers as for what does not exist", async () => {
    const made = await create();
    const missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    const { services, stranger } = world;
    expect(await refusal(read(made.id, stranger))).toEqual(await refusal(read(missing, stranger)));
    expect(await refusal(update(made.id, { enabled: false }, stranger))).toEqual(await refusal(update(missing, { enabled: false }, stranger)));
    expect(await refusal(deleteAutomation(services, stranger, { id: made.id }))).toEqual(await refusal(deleteAutomation(services, stranger, { id: missing })));
    expect(await refusal(create({ scope: { kind: "collection", id: collection } }, stranger))).toEqual(await refusal(create({ scope: { kind: "collection", id: 999_999 } }, stranger)));
    expect(await refusal(listAutomations(services, stranger, { within: { entity: "vision-team" }, after: null, limit: 5, offset: 0 }))).toMatchObject({ code: "not_found" });
    expect(await listAutomations(services, stranger, { after: null, limit: 100, offset: 0 })).toEqual([]);
    expect(await listProjectAutomations(services, stranger, project)).toEqual([]);
  });
});

describe("automations that watch webhooks", () => {
  it("stand in a team, and filter by the webhook's name, status and reason", async () => {
    const made = await create({ scope: { kind: "entity", id: world.teamId }, event: { type: "WEBHOOK_FAILING", filter: '{"webhook_name":{"$regex":"^deploy"},"webhook_reason":"timeout"}' } });
    expect(made.event).toMatchObject({ type: "WEBHOOK_FAILING" });
    expect(await refusal(create({ scope: { kind: "project", id: project }, event: { type: "WEBHOOK_FAILING", filter: "{}" } }))).toMatchObject({ code: "invalid", message: expect.stringContaining("cannot be watched in a whole project") });
    expect(await refusal(create({ scope: { kind: "entity", id: world.teamId }, event: { type: "WEBHOOK_DISABLED", filter: '{"webhook_nam":"x"}' } }))).toMatchObject({ code: "invalid", message: expect.stringContaining("webhook_name") });
  });
});

describe("listing automations", () => {
  it("looks at a scope and below it, in pages, in the order of creation", async () => {
    const place = await insertProject(world.services.db, world.teamId, "listed");
    const sequence = await insertCollection(world.services.db, { entityId: world.teamId, projectId: place }, "listed", "sequence");
    const made = [
      await create({ name: "one", scope: { kind: "project", id: place } }),
      await create({ name: "two", scope: { kind: "collection", id: sequence } }),
      await create({ name: "three", scope: { kind: "project", id: place } }),
    ];
    const list = (given: Partial<Parameters<typeof listAutomations>[2]>) => listAutomations(world.services, world.viewer, { after: null, limit: 100, offset: 0, ...given });
    const within = { kind: "project", id: place } as const;
    expect(await list({ within })).toEqual(made);
    expect(await listProjectAutomations(world.services, world.viewer, place)).toEqual(made);
    expect(await list({ within: { kind: "collection", id: sequence } })).toEqual([made[1]]);
    expect(await list({ within, limit: 2 })).toEqual(made.slice(0, 2));
    expect(await list({ within, after: made[1]?.id ?? null })).toEqual(made.slice(2));
    expect(await list({ within, offset: 1, limit: 1 })).toEqual([made[1]]);
    expect(await list({ within, name: "three" })).toEqual([made[2]]);
    expect((await list({ within: { entity: "vision-team" } })).map(({ id }) => id)).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    expect((await list({})).map(({ id }) => id)).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    expect(await refusal(list({ after: "nonsense" }))).toMatchObject({ code: "bad_request" });
  });

  it("leaves out those whose scope was deleted, and those of a restricted registry", async () => {
    const place = await insertProject(world.services.db, world.teamId, "doomed");
    const made = await create({ scope: { kind: "project", id: place } });
    await world.services.db.query(sql("test_drop_project", "delete from projects where id = $1"), [place]);
    expect(await refusal(read(made.id))).toMatchObject({ code: "not_found" });
    expect((await listAutomations(world.services, world.admin, { name: made.name, after: null, limit: 5, offset: 0 }))).toEqual([]);
    const dataset = await projectId(world.services.db, world.orgEntityId, "wandb-registry-dataset");
    const hidden = await create({ scope: { kind: "project", id: dataset } });
    await world.services.db.query(sql("test_restrict", "update projects set access = 'RESTRICTED' where id = $1"), [dataset]);
    const listed = async (viewer = world.admin) => (await listAutomations(world.services, viewer, { name: hidden.name, after: null, limit: 5, offset: 0 })).length;
    expect([await listed(), await listed(world.viewer)]).toEqual([1, 0]);
    expect(await refusal(read(hidden.id, world.viewer))).toMatchObject({ code: "not_found" });
  });
});
