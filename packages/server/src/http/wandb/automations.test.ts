import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeId } from "../../domain/global-id.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld, projectId } from "../../features/automations/testing/automation-world.ts";
import { createAutomation } from "../../features/automations/index.ts";
import { putSecret } from "../../features/secrets/index.ts";
import { createWebhook, deleteWebhook } from "../../features/webhooks/index.ts";
import { silentLog } from "../../kit/log.ts";
import { makeGraphql } from "./graphql/execute.ts";
import { readSchema } from "./graphql/schema.ts";
import { inSdkShape } from "./nodes/trigger.ts";
import { mutations, queries } from "./resolvers.ts";

// Every field and type condition that wandb 0.31 selects of a trigger.
const triggerFields = `fragment TriggerFields on Trigger {
  __typename id createdAt updatedAt name description enabled
  scope { ... on Project { __typename id name } ... on ArtifactPortfolio { __typename id name } ... on ArtifactSequence { __typename id name } ... on Entity { __typename id name entityType } }
  event: triggeringCondition { ... on FilterEventTriggeringCondition { __typename eventType filter } }
  action: triggeredAction {
    ... on QueueJobTriggeredAction { __typename queue { id name } template }
    ... on NotificationTriggeredAction { __typename integration { ... on SlackIntegration { __typename id teamName channelName } } title message severity }
    ... on GenericWebhookTriggeredAction { __typename integration { ... on GenericWebhookIntegration { __typename id name urlEndpoint } } requestPayload }
    ... on NoOpTriggeredAction { __typename noOp }
    ... on ARIATriggeredAction { __typename prompt }
  }
}`;
const createDocument = `mutation CreateAutomation($input: CreateFilterTriggerInput!) { result: createFilterTrigger(input: $input) { trigger { ...TriggerFields } } } ${triggerFields}`;
const updateDocument = `mutation UpdateAutomation($input: UpdateFilterTriggerInput!) { result: updateFilterTrigger(input: $input) { trigger { ...TriggerFields } } } ${triggerFields}`;
const deleteDocument = "mutation DeleteAutomation($id: ID!) { result: deleteTrigger(input: {triggerID: $id}) { success } }";
const listDocument = `query GetEntityAutomations($entity: String!, $cursor: String, $perPage: Int, $order: String, $filters: JSONString) {
  scope: entity(name: $entity) { triggers(after: $cursor, first: $perPage, order: $order, filters: $filters) { pageInfo { endCursor hasNextPage } edges { node { ...TriggerFields } } } }
} ${triggerFields}`;
const legacyDocument = `query GetAutomationsLegacy($cursor: String, $perPage: Int) {
  scope: viewer { projects(after: $cursor, first: $perPage) { pageInfo { endCursor hasNextPage } edges { node { __typename triggers { ...TriggerFields } } } } }
} ${triggerFields}`;
const integrationsDocument = `query IntegrationsByEntity($entity: String!, $cursor: String, $perPage: Int) {
  entity(name: $entity) { integrations(after: $cursor, first: $perPage) { pageInfo { endCursor hasNextPage } edges { node {
    __typename ... on SlackIntegration { __typename id teamName channelName } ... on GenericWebhookIntegration { __typename id name urlEndpoint } } } } }
}`;
const createIntegrationDocument = `mutation CreateGenericWebhookIntegration($input: CreateGenericWebhookIntegrationInput!) {
  result: createGenericWebhookIntegration(input: $input) { integration { __typename ... on GenericWebhookIntegration { __typename id name urlEndpoint } } }
}`;

const graphql = makeGraphql({ schema: readSchema(), queries, mutations, log: silentLog, missing: () => undefined });
const production = '{"$or":[{"$and":[{"alias":{"$eq":"production"}}]}]}';

let world: World;
let project: number;
let collection: number;
let webhookId: string;
let count = 0;
beforeAll(async () => {
  world = await makeWorld();
  project = await insertProject(world.services.db, world.teamId, "model-registry");
  collection = await insertCollection(world.services.db, { entityId: world.teamId, projectId: project }, "llm-models", "portfolio");
  webhookId = (await createWebhook(world.services, world.admin, { team: "vision-team", name: "deploy", url: "https://hooks.example.com/deploy" })).id;
});
afterAll(() => world.drop());

type TriggerJson = { id: string; name: string; action: { integration: unknown } };
type Page = { edges: { node: TriggerJson }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
/** The parts of answers that the tests look into. */
type Data = {
  result: { trigger: TriggerJson; integration: { id: string } };
  scope: { triggers: Page; projects: { edges: { node: { triggers: TriggerJson[] } }[] } };
  entity: { integrations: { edges: unknown[] } };
};

async function ask(query: string, variables: Record<string, unknown>, viewer: Viewer | null = world.admin): Promise<{ status: number; data: Data; errors: string[] }> {
  const { status, body } = await graphql({ query, variables, operationName: "" }, { services: world.services, viewer });
  return { status, data: JSON.parse(JSON.stringify(body.data ?? null)) as Data, errors: (body.errors ?? []).map(({ message }) => message) };
}

function inputOf(given: Record<string, unknown> = {}): Record<string, unknown> {
  count += 1;
  return {
    name: `trigger ${count}`, enabled: true, scopeType: "ARTIFACT_COLLECTION", scopeID: encodeId("ArtifactCollection", collection), triggeringEventType: "ADD_ARTIFACT_ALIAS", eventFilter: production,
    triggeredActionType: "GENERIC_WEBHOOK", triggeredActionConfig: { genericWebhookActionInput: { integrationID: webhookId, requestPayload: '{"model":"${artifact_version_string}"}' } }, ...given,
  };
}
const create = (given: Record<string, unknown> = {}, viewer = world.admin) => ask(createDocument, { input: inputOf(given) }, viewer);
const created = async (given: Record<string, unknown> = {}): Promise<TriggerJson> => (await create(given)).data.result.trigger;
const list = async (variables: Record<string, unknown>): Promise<Page> => (await ask(listDocument, { entity: "vision-team", cursor: null, perPage: 50, order: null, filters: null, ...variables })).data.scope.triggers;

describe("a trigger", () => {
  it("is created as the SDK sends it and reads back field by field, by either way of listing", async () => {
    const trigger = await created({ name: "production-deployment-trigger", description: "Deploy" });
    expect(trigger).toEqual({
      __typename: "Trigger", id: expect.any(String), createdAt: expect.stringMatching(/^\d{4}-.*Z$/), updatedAt: null, name: "production-deployment-trigger", description: "Deploy", enabled: true,
      scope: { __typename: "ArtifactPortfolio", id: encodeId("ArtifactCollection", collection), name: "llm-models" },
      event: { __typename: "FilterEventTriggeringCondition", eventType: "ADD_ARTIFACT_ALIAS", filter: JSON.stringify({ filter: production }) },
      action: {
        __typename: "GenericWebhookTriggeredAction", integration: { __typename: "GenericWebhookIntegration", id: webhookId, name: "deploy", urlEndpoint: "https://hooks.example.com/deploy" },
        requestPayload: '{"model":"${artifact_version_string}"}',
      },
    });
    expect((await list({ filters: '{"name":"production-deployment-trigger"}' })).edges).toEqual([{ node: trigger }]);
    const legacy = await ask(legacyDocument, { cursor: null, perPage: 50 });
    expect(legacy.data.scope.projects.edges.flatMap(({ node }) => node.triggers)).toContainEqual(trigger);
  });

  it("may watch a sequence, a project or a team, without payload and without action", async () => {
    const sequence = await insertCollection(world.services.db, { entityId: world.teamId, projectId: project }, "runs-model", "sequence");
    const noOp = { triggeredActionType: "NO_OP", triggeredActionConfig: { noOpActionInput: { noOp: true } } };
    expect(await created({ scopeID: encodeId("ArtifactCollection", sequence), triggeringEventType: "CREATE_ARTIFACT" })).toMatchObject({ scope: { __typename: "ArtifactSequence", name: "runs-model" } });
    expect(await created({ scopeType: "PROJECT", scopeID: encodeId("Project", project), ...noOp })).toMatchObject({ scope: { __typename: "Project", name: "model-registry" }, action: { __typename: "NoOpTriggeredAction", noOp: true } });
    expect(await created({ scopeType: "ENTITY", scopeID: encodeId("Entity", world.teamId) })).toMatchObject({ scope: { __typename: "Entity", name: "vision-team", entityType: "team" } });
    expect(await created({ triggeredActionConfig: { genericWebhookActionInput: { integrationID: webhookId } } })).toMatchObject({ action: { requestPayload: null } });
  });

  it("answers a name that is taken with HTTP 409, and an update of an unknown id with 404", async () => {
    const trigger = await created();
    expect(await create({ name: trigger.name })).toMatchObject({ status: 409, errors: [expect.stringContaining("exists already")] });
    const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect(await ask(updateDocument, { input: { id: unknown, enabled: false } })).toMatchObject({ status: 404, errors: ["Automation not found."] });
    expect(await ask(deleteDocument, { id: unknown })).toMatchObject({ status: 404 });
    expect(await ask(deleteDocument, { id: "malformed" })).toMatchObject({ status: 404 });
  });

  it("is updated with everything sent again, keeps its description, and is deleted", async () => {
    const input = inputOf({ description: "stays" });
    const trigger = (await ask(createDocument, { input })).data.result.trigger;
    const { description: _unsent, ...again } = input;
    expect((await ask(updateDocument, { input: { id: trigger.id, ...again } })).data.result.trigger).toEqual(trigger);
    const disabled = (await ask(updateDocument, { input: { id: trigger.id, ...again, enabled: false } })).data.result.trigger;
    expect(disabled).toEqual({ ...trigger, enabled: false, updatedAt: expect.any(String) });
    expect((await list({ filters: JSON.stringify({ name: trigger.name }) })).edges).toEqual([{ node: disabled }]);
    expect((await ask(deleteDocument, { id: trigger.id })).data).toEqual({ result: { success: true } });
    expect((await list({ filters: JSON.stringify({ name: trigger.name }) })).edges).toEqual([]);
  });

  it.each<[string, () => Record<string, unknown>, number, string]>([
    ["a scope of another type", () => ({ scopeID: encodeId("Project", project) }), 404, "Collection not found."],
    ["a scope that does not exist", () => ({ scopeID: encodeId("ArtifactCollection", 999_999) }), 404, "Collection not found."],
    ["a webhook that does not exist", () => ({ triggeredActionConfig: { genericWebhookActionInput: { integrationID: "nope" } } }), 404, "Webhook not found."],
    ["an event whose condition is missing", () => ({ triggeringEventType: "RUN_METRIC" }), 400, "event.filter.run_metric_filter: must be an object"],
    ["an action that is to come", () => ({ triggeredActionType: "NOTIFICATION", triggeredActionConfig: { notificationActionInput: { integrationID: "x" } } }), 400, "triggeredActionType: actions of type NOTIFICATION are not supported"],
    ["an action without its config", () => ({ triggeredActionConfig: {} }), 400, "triggeredActionConfig.genericWebhookActionInput: is required"],
    ["the config of another action", () => ({ triggeredActionType: "NO_OP" }), 400, "triggeredActionConfig.genericWebhookActionInput: does not belong"],
    ["a payload that is a list", () => ({ triggeredActionConfig: { genericWebhookActionInput: { integrationID: webhookId, requestPayload: "[]" } } }), 400, "action.payload: must be a JSON object"],
    ["an unknown filter field", () => ({ eventFilter: '{"$or":[{"$and":[{"alais":"x"}]}]}' }), 400, 'event.filter.$or[0].$and[0].alais: unknown field "alais"; did you mean "alias"?'],
  ])("is refused for %s", async (_what, given, status, message) => {
    expect(await create(given())).toMatchObject({ status, data: { result: null }, errors: [expect.stringContaining(message)] });
  });

  it("is nothing to those who send no key, and nothing to strangers", async () => {
    const trigger = await created();
    expect(await ask(createDocument, { input: inputOf() }, null)).toMatchObject({ status: 401 });
    expect(await create({}, world.viewer)).toMatchObject({ status: 403 });
    expect(await create({}, world.stranger)).toMatchObject({ status: 404, errors: ["Collection not found."] });
    expect(await ask(updateDocument, { input: { id: trigger.id, enabled: false } }, world.stranger)).toMatchObject({ status: 404, errors: ["Automation not found."] });
    expect(await ask(listDocument, { entity: "vision-team" }, world.stranger)).toMatchObject({ status: 200, data: { scope: null } });
  });

  it("shows a webhook that was deleted, so that the listing stays readable", async () => {
    const doomed = await createWebhook(world.services, world.admin, { team: "vision-team", name: "doomed", url: "https://hooks.example.com/" });
    const trigger = await created({ triggeredActionConfig: { genericWebhookActionInput: { integrationID: doomed.id } } });
    await deleteWebhook(world.services, world.admin, { team: "vision-team", id: doomed.id, force: true });
    const [edge] = (await list({ filters: JSON.stringify({ name: trigger.name }) })).edges;
    expect(edge?.node.action.integration).toEqual({ __typename: "GenericWebhookIntegration", id: doomed.id, name: "(deleted webhook)", urlEndpoint: "" });
  });

  it("gives filters of our own API the shape that the SDK reads", async () => {
    const made = await createAutomation(world.services, world.admin, { name: "over rest", description: null, enabled: true, scope: { kind: "project", id: project }, event: { type: "LINK_ARTIFACT", filter: '{"alias":"x"}' }, action: { type: "NO_OP" } });
    const [edge] = (await list({ filters: '{"name":"over rest"}' })).edges;
    expect(edge?.node).toMatchObject({ id: made.id, event: { eventType: "LINK_MODEL", filter: JSON.stringify({ filter: '{"$or":[{"$and":[{"alias":"x"}]}]}' }) } });
    expect(inSdkShape("{}")).toBe('{"$or":[{"$and":[]}]}');
    expect(inSdkShape('{"$or":[{"alias":"a"},{"alias":"b"}]}')).toBe('{"$or":[{"$and":[{"$or":[{"alias":"a"},{"alias":"b"}]}]}]}');
    for (const sent of [production, '{"$or": [{"$and": []}]}']) expect(inSdkShape(sent)).toBe(sent);
  });

  it("is listed with an organization's registries", async () => {
    const { services } = world;
    const registry = await projectId(services.db, world.orgEntityId, "wandb-registry-model");
    const portfolio = await insertCollection(services.db, { entityId: world.orgEntityId, projectId: registry }, "registered", "portfolio");
    const trigger = await created({ scopeID: encodeId("ArtifactCollection", portfolio) });
    const answer = await ask(listDocument.replace("entity(name: $entity)", "organization(name: $entity)"), { entity: "acme", perPage: 50 });
    expect(answer.data.scope.triggers.edges).toEqual([{ node: trigger }]);
  });

  it("is listed in pages whose cursors continue", async () => {
    const first = await list({ perPage: 2 });
    expect(first).toMatchObject({ edges: [{}, {}], pageInfo: { hasNextPage: true } });
    const second = await list({ perPage: 2, cursor: first.pageInfo.endCursor });
    const all = await list({});
    expect([...first.edges, ...second.edges]).toEqual(all.edges.slice(0, 4));
    expect(all.pageInfo.hasNextPage).toBe(false);
    const wrong = await ask(listDocument, { entity: "vision-team", filters: '{"color":"red"}' });
    expect(wrong.errors).toEqual([expect.stringContaining("filters.color")]);
  });
});

describe("an integration", () => {
  it("is created and listed; there are none of Slack yet", async () => {
    const input = { entityName: "vision-team", name: "over-graphql", urlEndpoint: "https://hooks.example.com/g" };
    const made = (await ask(createIntegrationDocument, { input })).data.result.integration;
    expect(made).toEqual({ __typename: "GenericWebhookIntegration", id: expect.any(String), name: "over-graphql", urlEndpoint: "https://hooks.example.com/g" });
    const listed = (await ask(integrationsDocument, { entity: "vision-team", perPage: 50 }, world.viewer)).data.entity.integrations;
    expect(listed.edges).toContainEqual({ node: made });
    expect((await ask(integrationsDocument, { entity: "acme", perPage: 50 })).data.entity.integrations.edges).toEqual([]);
  });

  it("says whether there is an access token and which secrets payloads may use, where the team's webhooks are listed and nowhere else", async () => {
    for (const name of ["TOKEN", "SIGNING", "EXTRA"]) await putSecret(world.services, world.admin, { team: "vision-team", name, value: `value-of-${name}-0123456789` });
    const armed = await createWebhook(world.services, world.admin, { team: "vision-team", name: "armed", url: "https://hooks.example.com/armed", accessToken: "TOKEN", secret: "SIGNING", secrets: ["EXTRA", "SIGNING"] });
    const document = `query($entity: String!) { entity(name: $entity) { integrations(first: 50) { edges { node { ... on GenericWebhookIntegration { name hasAccessToken secrets } } } } } }`;
    const listed = (await ask(document, { entity: "vision-team" }, world.viewer)).data.entity.integrations.edges;
    expect(listed).toContainEqual({ node: { name: "armed", hasAccessToken: true, secrets: ["EXTRA", "SIGNING"] } });
    expect(listed).toContainEqual({ node: { name: "deploy", hasAccessToken: false, secrets: [] } });
    expect((await ask(document, { entity: "vision-team" }, world.stranger)).data.entity).toBeNull();
    await created({ name: "by armed", triggeredActionConfig: { genericWebhookActionInput: { integrationID: armed.id } } });
    const actions = `query { scope: entity(name: "vision-team") { triggers(first: 50, filters: "{\\"name\\":\\"by armed\\"}") { edges { node { action: triggeredAction { ... on GenericWebhookTriggeredAction { integration { ... on GenericWebhookIntegration { name hasAccessToken secrets } } } } } } } } }`;
    expect((await ask(actions, {})).data.scope.triggers.edges).toEqual([{ node: { action: { integration: { name: "armed", hasAccessToken: null, secrets: null } } } }]);
  });

  it("is refused with the place of the problem", async () => {
    const refused = (given: object) => ask(createIntegrationDocument, { input: { entityName: "vision-team", name: "hook", urlEndpoint: "https://hooks.example.com/", ...given } });
    expect(await refused({ urlEndpoint: "http://127.0.0.1/" })).toMatchObject({ status: 400, errors: ["endpoint not allowed"] });
    expect(await refused({ accessTokenRef: "NOPE" })).toMatchObject({ status: 400, errors: [expect.stringContaining('accessToken: there is no secret "NOPE"')] });
    expect(await refused({ entityName: "other-team" })).toMatchObject({ status: 404 });
  });
});
