import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeId } from "../../domain/global-id.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { createOrganization, createTeam, setOrganizationMember } from "../../features/teams/index.ts";
import { silentLog } from "../../kit/log.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import type { Json } from "../testing/rest-client.ts";
import { testServices } from "../../testing/services.ts";
import { serverFeatures } from "./features.ts";
import { makeGraphql } from "./graphql/execute.ts";
import { readSchema } from "./graphql/schema.ts";
import { peopleMutations, peopleQueries } from "./resolvers-people.ts";
import { projectsMutations, projectsQueries } from "./resolvers-projects.ts";

let database: TestDatabase;
let ada: Viewer;
let bob: Viewer;
let ask: (viewer: Viewer | null, query: string, variables?: Record<string, unknown>) => Promise<Json>;
beforeAll(async () => {
  database = await createTestDatabase();
  const services = testServices(database.db);
  ada = await insertUser(database.db, "ada");
  bob = await insertUser(database.db, "bob");
  await createOrganization(services, ada, { name: "Acme Labs" });
  await createTeam(services, ada, { organization: "Acme Labs", name: "vision" });
  const graphql = makeGraphql({ schema: readSchema(), queries: { ...peopleQueries, ...projectsQueries }, mutations: { ...peopleMutations, ...projectsMutations }, log: silentLog, missing: () => undefined });
  ask = async (viewer, query, variables = {}) => {
    const { status, body } = await graphql({ query, variables, operationName: "" }, { services, viewer });
    return { status, ...body };
  };
});
afterAll(() => database.drop());

const registryFields = "__typename id internalId name entity { name organization { name } } description createdAt updatedAt access allowAllArtifactTypes: allowAllArtifactTypesInRegistry";
const upsertRegistry = `mutation UpsertRegistry($input: UpsertModelInput!) { upsertModel(input: $input) { inserted project { ${registryFields} } } }`;

describe("who asks", () => {
  test("viewer is the user, with teams and organizations; null without a key", async () => {
    const query = "query Viewer { viewer { id entity username email flags admin deletedAt apiKeys { edges { node { id name description } } } teams { edges { node { name } } } organizations { name orgEntity { name } } } }";
    const { data } = await ask(ada, query);
    expect(data.viewer).toMatchObject({ entity: "ada", username: "ada", email: null, admin: false, deletedAt: null, teams: { edges: [{ node: { name: "vision" } }] }, organizations: [{ name: "Acme Labs", orgEntity: { name: "Acme-Labs" } }] });
    expect(JSON.parse(data.viewer.flags)).toEqual({ code_saving_enabled: false });
    expect(await ask(null, query)).toEqual({ status: 200, data: { viewer: null } });
  });

  test("what needs a key says so, with 401", async () => {
    expect(await ask(null, "{ entity(name: \"vision\") { id } }")).toMatchObject({ status: 401, errors: [{ message: expect.stringContaining("WANDB_API_KEY") }] });
  });

  test("a key that is generated is shown once, and can be deleted by its id", async () => {
    const made = await ask(ada, "mutation GenerateApiKey($description: String) { result: generateApiKey(input: {description: $description}) { apiKey { id name description } } }", { description: "notebook" });
    const { id, name } = made.data.result.apiKey;
    expect(name).toMatch(/^[a-z2-7]{40}$/);
    const { data } = await ask(ada, "{ viewer { apiKeys { edges { node { id name } } } } }");
    expect(data.viewer.apiKeys.edges).toEqual([{ node: { id, name: `…${name.slice(-4)}` } }]);
    expect((await ask(ada, "mutation DeleteApiKey($id: String!) { result: deleteApiKey(input: {id: $id}) { success } }", { id })).data.result.success).toBe(true);
    expect(await ask(ada, "mutation DeleteApiKey($id: String!) { result: deleteApiKey(input: {id: $id}) { success } }", { id })).toMatchObject({ status: 404 });
  });

  test("the features that are advertised", async () => {
    const { data } = await ask(null, "query ServerFeaturesQuery { serverInfo { features { name isEnabled } cliVersionInfo latestLocalVersionInfo { outOfDate } } }");
    expect(data.serverInfo.features).toEqual(serverFeatures.map((name) => ({ name, isEnabled: true })));
    expect(data.serverInfo).toMatchObject({ cliVersionInfo: { max_cli_version: expect.any(String) }, latestLocalVersionInfo: null });
  });
});

describe("entities and organizations", () => {
  test("a team has its organization and members", async () => {
    const { data } = await ask(ada, `query GetTeamEntity($name: String!) { entity(name: $name) { id name available photoUrl readOnly readOnlyAdmin isTeam entityType privateOnly storageBytes codeSavingEnabled defaultAccess isPaid
      organization { name orgEntity { name entityType } } user { username } members { id admin pending email username name photoUrl accountType apiKey } } }`, { name: "Vision" });
    expect(data.entity).toMatchObject({ name: "vision", isTeam: true, entityType: "team", storageBytes: 0, organization: { name: "Acme Labs", orgEntity: { name: "Acme-Labs", entityType: "organization" } }, user: null, members: [{ username: "ada", admin: true, apiKey: null }] });
  });

  test("a personal entity has its user, and the user's organizations", async () => {
    const { data } = await ask(ada, "query FetchOrgInfoFromEntity($entity: String!) { entity(name: $entity) { organization { name } user { organizations { name orgEntity { name } } } } }", { entity: "ada" });
    expect(data.entity).toEqual({ organization: null, user: { organizations: [{ name: "Acme Labs", orgEntity: { name: "Acme-Labs" } }] } });
  });

  test("an organization answers to its name and its entity's", async () => {
    const query = "query FetchOrganization($org: String!) { organization(name: $org) { id name orgEntity { __typename id name entityType } featureFlags(rampIDType: OrgName) { rampKey isEnabled } advancedRegistryFeatures { advancedSearch } coreWeaveOrganizationId } }";
    const [one, other] = [await ask(ada, query, { org: "Acme Labs" }), await ask(ada, query, { org: "acme-labs" })];
    expect(one.data.organization).toMatchObject({ name: "Acme Labs", orgEntity: { __typename: "Entity", name: "Acme-Labs", entityType: "organization" }, featureFlags: [] });
    expect(other).toEqual(one);
  });

  test("what is foreign is null, exactly like what is missing", async () => {
    for (const name of ["vision", "Acme-Labs", "ada", "nowhere"]) expect(await ask(bob, "query($name: String!) { entity(name: $name) { id } organization(name: $name) { id } }", { name })).toEqual({ status: 200, data: { entity: null, organization: null } });
  });

  test("users are found by those who share an organization with them", async () => {
    const query = "query SearchUsers($query: String) { users(query: $query) { edges { node { username teams { edges { node { name } } } } } } }";
    expect((await ask(bob, query, { query: "ada" })).data.users.edges).toEqual([]);
    expect((await ask(ada, query, { query: "AD" })).data.users.edges).toMatchObject([{ node: { username: "ada" } }]);
  });
});

describe("projects", () => {
  test("are created, read, listed, renamed and deleted", async () => {
    const created = await ask(ada, "mutation CreateProject($input: UpsertModelInput!) { result: upsertModel(input: $input) { project { id name entityName description access views } model { name } inserted } }", { input: { name: "mnist", entityName: "vision", views: null } });
    expect(created.data.result).toMatchObject({ project: { name: "mnist", entityName: "vision", description: null, access: "PRIVATE", views: null }, model: { name: "mnist" }, inserted: true });
    const again = await ask(ada, "mutation($input: UpsertModelInput!) { upsertModel(input: $input) { inserted project { description } } }", { input: { name: "mnist", entityName: "vision", description: "digits" } });
    expect(again.data.upsertModel).toEqual({ inserted: false, project: { description: "digits" } });
    const { data } = await ask(ada, "query($entity: String) { models(entityName: $entity, first: 1) { pageInfo { __typename endCursor hasNextPage } edges { node { __typename name createdAt isBenchmark user { username } } cursor } } }", { entity: "vision" });
    expect(data.models).toMatchObject({ pageInfo: { endCursor: expect.any(String), hasNextPage: false }, edges: [{ node: { __typename: "Project", name: "mnist", isBenchmark: false, user: { username: "ada" } } }] });
    await ask(ada, "mutation($input: RenameProjectInput!) { renameProject(input: $input) { project { name } } }", { input: { entityName: "vision", oldProjectName: "mnist", newProjectName: "digits" } });
    const { data: read } = await ask(ada, "query($name: String!, $entity: String!) { project(name: $name, entityName: $entity) { id internalId readOnly entity { name organization { name } } } model(name: $name, entityName: $entity) { name } }", { name: "digits", entity: "vision" });
    expect(read).toMatchObject({ project: { readOnly: false, entity: { name: "vision", organization: { name: "Acme Labs" } } }, model: { name: "digits" } });
    expect(decodeId("ProjectInternalId", read.project.internalId)).toBe(decodeId("Project", read.project.id));
    expect(await ask(bob, "mutation($id: String!) { deleteModel(input: {id: $id}) { success } }", { id: read.project.id })).toMatchObject({ status: 404 });
    expect((await ask(ada, "mutation($id: String!) { deleteModel(input: {id: $id}) { success } }", { id: read.project.id })).data.deleteModel.success).toBe(true);
    expect((await ask(ada, "{ project(name: \"digits\", entityName: \"vision\") { id } }")).data.project).toBeNull();
  });

  test("a foreign project, and one in a foreign team, are missing; nothing is created there", async () => {
    const answer = await ask(bob, "mutation($input: UpsertModelInput!) { upsertModel(input: $input) { inserted } }", { input: { name: "mine", entityName: "vision" } });
    expect(answer).toMatchObject({ status: 404, errors: [{ message: 'Entity "vision" not found.' }] });
  });
});

describe("registries", () => {
  test("are created with their types, added to, and found by their name", async () => {
    const input = { name: "wandb-registry-jobs", entityName: "Acme-Labs", access: "RESTRICTED", allowAllArtifactTypesInRegistry: false, artifactTypes: [{ name: "job" }], description: "all jobs", clientMutationId: null };
    const made = await ask(ada, upsertRegistry, { input });
    expect(made.data.upsertModel).toMatchObject({ inserted: true, project: { __typename: "Project", name: "wandb-registry-jobs", entity: { name: "Acme-Labs", organization: { name: "Acme Labs" } }, access: "RESTRICTED", allowAllArtifactTypes: false, description: "all jobs" } });
    const saved = await ask(ada, upsertRegistry, { input: { ...input, access: "PRIVATE", artifactTypes: [{ name: "code" }] } });
    expect(saved.data.upsertModel).toMatchObject({ inserted: false, project: { access: "PRIVATE" } });
    const { data } = await ask(ada, `query FetchRegistries($organization: String!, $filters: JSONString, $cursor: String, $perPage: Int, $order: String) { organization(name: $organization) { orgEntity { projects(filters: $filters, after: $cursor, first: $perPage, order: $order) { pageInfo { endCursor hasNextPage } edges { node { ${registryFields} } } } } } }`,
      { organization: "Acme Labs", perPage: 2, order: "name", filters: JSON.stringify({ $and: [{ name: { $regex: "^wandb-registry-" } }, { name: { $ne: "wandb-registry-model" } }] }) });
    expect(data.organization.orgEntity.projects.edges.map(({ node }: Json) => node.name)).toEqual(["wandb-registry-dataset", "wandb-registry-jobs"]);
    const renamed = await ask(ada, "mutation($input: RenameProjectInput!) { renameProject(input: $input) { inserted project { name } } }", { input: { entityName: "Acme-Labs", oldProjectName: "wandb-registry-jobs", newProjectName: "wandb-registry-tasks" } });
    expect(renamed.data.renameProject).toEqual({ inserted: false, project: { name: "wandb-registry-tasks" } });
  });

  test("a filter or an order that is not known is refused with its place", async () => {
    const query = "query($filters: JSONString, $order: String) { organization(name: \"Acme Labs\") { orgEntity { projects(filters: $filters, order: $order) { edges { node { id } } } } } }";
    expect((await ask(ada, query, { filters: '{"nam": "x"}' })).errors[0].message).toContain('did you mean "name"?');
    expect((await ask(ada, query, { filters: "{" })).errors[0].message).toContain("filters: is not JSON");
    expect((await ask(ada, query, { order: "size" })).errors[0].message).toContain("order");
  });

  test("members are added, given a role, listed and removed", async () => {
    await setOrganizationMember(testServices(database.db), ada, { organization: "Acme Labs", username: "bob", role: "member" });
    await ask(ada, upsertRegistry, { input: { name: "wandb-registry-closed", entityName: "Acme-Labs", access: "RESTRICTED", allowAllArtifactTypesInRegistry: true } });
    const read = "query RegistryUserMembers($project: String!, $entity: String!) { project(name: $project, entityName: $entity) { id members { id name username email role { name } } } }";
    const where = { project: "wandb-registry-closed", entity: "Acme-Labs" };
    expect((await ask(bob, read, where)).data.project).toBeNull();
    const projectId = (await ask(ada, read, where)).data.project.id;
    const { data } = await ask(bob, "{ viewer { id } }");
    const userId = data.viewer.id;
    await ask(ada, "mutation($input: CreateProjectMembersInput!) { result: createProjectMembers(input: $input) { success } }", { input: { projectId, userIds: [userId], teamIds: [] } });
    await ask(ada, "mutation($input: UpdateProjectMemberInput!) { result: updateProjectMember(input: $input) { success } }", { input: { projectId, userId, userProjectRole: "member" } });
    expect((await ask(bob, read, where)).data.project.members).toMatchObject([{ username: "ada", role: { name: "admin" } }, { username: "bob", role: { name: "member" } }]);
    await ask(ada, "mutation($input: DeleteProjectMembersInput!) { result: deleteProjectMembers(input: $input) { success } }", { input: { projectId, userIds: [userId], teamIds: null } });
    expect((await ask(bob, read, where)).data.project).toBeNull();
  });
});
