import { afterAll, describe, expect, test } from "vitest";
import { insertRun, logVersion, newVersion } from "../../features/artifacts/testing/artifact-bench.ts";
import { createArtifact } from "../../features/artifacts/index.ts";
import { silentLog } from "../../kit/log.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import { makeGraphql } from "./graphql/execute.ts";
import { readSchema } from "./graphql/schema.ts";
import { mutations, queries } from "./resolvers.ts";

/** An answer's part, of whatever shape the document asked for. */
type Answered = ReturnType<typeof JSON.parse>;

const database = await createTestDatabase();
afterAll(() => database.drop());
const ann = await insertUser(database.db, "ann");
const outsider = await insertUser(database.db, "outsider");
const acme = await insertTeam(database.db, "acme-org", "acme");
const other = await insertTeam(database.db, "other-org", "other");
await addMember(database.db, acme.teamEntityId, ann, "member");
await addMember(database.db, other.teamEntityId, outsider, "admin");
await insertRun(database.db, acme.teamEntityId, "vision", "run1");

const services = testServices(database.db);
const graphql = makeGraphql({ schema: readSchema(), queries, mutations, log: silentLog, missing: () => undefined });
const ask = (query: string, variables: Record<string, unknown> = {}, viewer: Viewer = ann): ReturnType<typeof graphql> => graphql({ query, variables, operationName: "" }, { services, viewer });

async function data(query: string, variables: Record<string, unknown> = {}, viewer: Viewer = ann): Promise<Answered> {
  const { body } = await ask(query, variables, viewer);
  expect(body.errors).toBeUndefined();
  return body.data;
}

const artifactId = (id: number): string => Buffer.from(`Artifact:${id}`).toString("base64");

const fragments = `
  fragment Home on Project { id internalId name entity { name } }
  fragment Version on Artifact { id versionIndex state digest digestAlgorithm size fileCount metadata ttlDurationSeconds ttlIsInherited tags { name } commitHash historyStep
    artifactSequence { __typename name project { ...Home } } artifactType { name }
    aliases { alias artifactCollection { __typename name project { name entity { name } } } } }`;

const first = await logVersion(services, ann, { entity: "acme", digest: "one", run: "run1", tags: ["t"], historyStep: 7, clientId: "client-1" });
const second = await logVersion(services, ann, { entity: "acme", digest: "two", run: "run1" });

const linkDocument = `mutation L($input: LinkArtifactInput!) { result: linkArtifact(input: $input) { versionIndex artifactMembership { versionIndex aliases { alias } artifactCollection { __typename name } artifact { ...Version } } } } ${fragments}`;
const linked = await data(linkDocument, { input: { clientID: "client-1", artifactPortfolioName: "resnet-prod", entityName: "acme-org", projectName: "wandb-registry-model", aliases: [{ artifactCollectionName: "resnet-prod", alias: "production" }] } });

describe("artifacts over GraphQL", () => {
  test("a link answers with the portfolio's membership, and the version with the aliases of both collections", () => {
    const { artifactMembership } = linked.result;
    expect(linked.result.versionIndex).toBe(0);
    expect(artifactMembership).toMatchObject({ versionIndex: 0, artifactCollection: { __typename: "ArtifactPortfolio", name: "resnet-prod" } });
    expect(artifactMembership.aliases.map(({ alias }: { alias: string }) => alias).sort()).toEqual(["latest", "production"]);
    expect(artifactMembership.artifact).toMatchObject({
      id: artifactId(first), versionIndex: 0, state: "COMMITTED", digestAlgorithm: "MANIFEST_MD5", size: 14, fileCount: 1, tags: [{ name: "t" }], historyStep: 7, ttlDurationSeconds: -1, ttlIsInherited: true, commitHash: null,
      artifactSequence: { __typename: "ArtifactSequence", name: "resnet", project: { name: "vision", entity: { name: "acme" } } }, artifactType: { name: "model" },
      aliases: [{ alias: "latest", artifactCollection: { __typename: "ArtifactPortfolio" } }, { alias: "production", artifactCollection: { name: "resnet-prod", project: { name: "wandb-registry-model", entity: { name: "acme-org" } } } }],
    });
  });

  test("a version is found by name in every way that the SDK names one, and a missing one is null", async () => {
    const document = `query M($entity: String!, $project: String!, $name: String!) { project(name: $project, entityName: $entity) { artifactCollectionMembership(name: $name) { versionIndex artifactCollection { name project { id } } artifact { id } } artifact(name: $name) { id } } }`;
    const find = async (name: string, project = "vision"): Promise<unknown> => (await data(document, { entity: "acme", project, name })).project?.artifactCollectionMembership?.artifact.id;
    expect(await Promise.all(["resnet", "resnet:latest", "resnet:v1", "resnet:two"].map((name) => find(name)))).toEqual(Array(4).fill(artifactId(second)));
    expect(await find("resnet:v0")).toBe(artifactId(first));
    expect(await Promise.all([find("resnet:v2"), find("nothing:latest"), find("resnet", "nothing")])).toEqual([undefined, undefined, undefined]);
  });

  test("versions are listed with their names, newest first, and pages follow each other", async () => {
    const document = `query P($after: String) { project(entityName: "acme", name: "vision") { artifactType(name: "model") { artifactCollection(name: "resnet") { artifacts(first: 1, after: $after) { totalCount pageInfo { endCursor hasNextPage } edges { version node { ...Version } } } } } } } ${fragments}`;
    const page = async (after: string | null): Promise<Answered> => (await data(document, { after })).project.artifactType.artifactCollection.artifacts;
    const one = await page(null);
    const two = await page(one.pageInfo.endCursor);
    expect([one.totalCount, one.edges[0].version, one.pageInfo.hasNextPage, two.edges[0].version, two.pageInfo.hasNextPage]).toEqual([2, "v1", true, "v0", false]);
  });

  test("a registry's collections and versions are found by the filters of the SDK", async () => {
    const { project } = await data(`{ project(entityName: "acme-org", name: "wandb-registry-model") { internalId } }`);
    const number = Number(Buffer.from(project.internalId, "base64").toString().split(":")[1]);
    const document = `query R($registry: JSONString, $collection: JSONString, $version: JSONString) { organization(name: "acme-org") { orgEntity { name
      artifactCollections(projectFilters: $registry, filters: $collection, collectionTypes: [PORTFOLIO], first: 10) { totalCount edges { node { __typename name defaultArtifactType { name } tags { edges { node { name } } } } } }
      artifactMemberships(projectFilters: $registry, collectionFilters: $collection, filters: $version, first: 10) { edges { node { aliases { alias } artifact { id } artifactCollection { name } } } } } } }`;
    const find = async (variables: Record<string, unknown>): Promise<[number, number]> => {
      const { orgEntity } = (await data(document, variables)).organization;
      return [orgEntity.artifactCollections.totalCount, orgEntity.artifactMemberships.edges.length];
    };
    const byName = JSON.stringify({ name: { $regex: "^wandb-registry-mod" } });
    expect(await find({ registry: byName, collection: '{"name":{"$contains":"prod"}}', version: '{"alias":"production"}' })).toEqual([1, 1]);
    expect(await find({ registry: JSON.stringify({ id: number }), version: '{"$or":[{"tag":"nope"},{"alias":"nope"}]}' })).toEqual([1, 0]);
    expect(await find({ registry: '{"name":"wandb-registry-dataset"}' })).toEqual([0, 0]);
  });

  test("lineage leads from runs to versions and back, but not to runs that the viewer does not see", async () => {
    await data(`mutation { useArtifact(input: {artifactID: "${artifactId(first)}", entityName: "acme", projectName: "vision", runName: "run1"}) { artifact { id } } }`);
    const lineage = `query A($id: ID!) { artifact(id: $id) { createdBy { __typename ... on Run { name project { name } } } usedBy { edges { node { name } } } artifactMemberships { edges { node { versionIndex artifactCollection { name } } } } } }`;
    const mine = (await data(lineage, { id: artifactId(first) })).artifact;
    expect(mine).toMatchObject({ createdBy: { __typename: "Run", name: "run1", project: { name: "vision" } }, usedBy: { edges: [{ node: { name: "run1" } }] } });
    expect(mine.artifactMemberships.edges.map((edge: Answered) => edge.node.artifactCollection.name)).toEqual(["resnet", "resnet-prod"]);
    const { project } = await data(`{ project(entityName: "acme", name: "vision") { run(name: "run1") { inputArtifacts(first: 5) { totalCount edges { node { id } } } outputArtifacts { totalCount edges { node { id } } } } } }`);
    expect([project.run.inputArtifacts.totalCount, project.run.outputArtifacts.edges.map(({ node }: Answered) => node.id)]).toEqual([1, [artifactId(first), artifactId(second)]]);
    expect((await data(lineage, { id: artifactId(first) }, outsider)).artifact).toBeNull();
  });

  test("who sees a version only through a registry sees its source's name, and nothing else of the source", async () => {
    const guest = await insertUser(database.db, "guest");
    await services.db.query({ name: "test_guest", text: "insert into organization_members (organization_id, user_id, entity_id, role) values ($1, $2, $3, 'viewer')" }, [acme.organizationId, guest.userId, acme.orgEntityId]);
    await services.db.query({ name: "test_restrict_vision", text: "update projects set access = 'RESTRICTED' where name = $1" }, ["vision"]);
    const document = `query A($id: ID!) { artifact(id: $id) { id aliases { alias artifactCollection { name } } createdBy { __typename } usedBy { edges { node { name } } } artifactMemberships { edges { node { artifactCollection { name } } } }
      artifactSequence { name project { name entity { name } runs { edges { node { name } } } } latestArtifact { id } artifacts { edges { node { id } } } } } }`;
    const { artifact } = await data(document, { id: artifactId(first) }, guest);
    expect(artifact).toEqual({
      id: artifactId(first), createdBy: null, usedBy: { edges: [] },
      aliases: [{ alias: "latest", artifactCollection: { name: "resnet-prod" } }, { alias: "production", artifactCollection: { name: "resnet-prod" } }],
      artifactMemberships: { edges: [{ node: { artifactCollection: { name: "resnet-prod" } } }] },
      artifactSequence: { name: "resnet", project: { name: "vision", entity: { name: "acme" }, runs: null }, latestArtifact: null, artifacts: null },
    });
    expect((await data(document, { id: artifactId(second) }, guest)).artifact).toBeNull();
    await services.db.query({ name: "test_unrestrict_vision", text: "update projects set access = 'PRIVATE' where name = $1" }, ["vision"]);
  });

  test("both shapes of createArtifactFiles answer in order, and a version's files are listed with links", async () => {
    const { artifactId: pending } = await createArtifact(services, ann, newVersion({ entity: "acme", digest: "three" }));
    const spec = (letter: string): object => ({ artifactID: artifactId(pending), name: letter, md5: Buffer.alloc(16, letter).toString("base64"), mimetype: "", uploadPartsInput: null });
    const node = "files { edges { node { storagePath uploadUrl uploadHeaders uploadMultipartUrls { uploadID } artifact { id } } } }";
    const one = await data(`mutation F($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { ${node} } }`, { input: { artifactFiles: [spec("b"), spec("a")], storageLayout: "V2" } });
    const two = await data(`mutation F($artifactFiles: [CreateArtifactFileSpecInput!]!, $storageLayout: ArtifactStorageLayout!) { createArtifactFiles(input: {artifactFiles: $artifactFiles, storageLayout: $storageLayout}) { ${node} } }`, { artifactFiles: [spec("b"), spec("a")], storageLayout: "V2" });
    for (const { createArtifactFiles } of [one, two]) {
      expect(createArtifactFiles.files.edges.map((edge: Answered) => [edge.node.uploadHeaders[0], edge.node.artifact.id])).toEqual(["b", "a"].map((letter) => [`Content-MD5:${Buffer.alloc(16, letter).toString("base64")}`, artifactId(pending)]));
    }
    const files = await data(`{ project(entityName: "acme", name: "vision") { artifactCollection(name: "resnet") { __typename artifactMembership(aliasName: "v0") { files(names: ["model.pt"], first: 5000) { totalCount edges { node { id name: displayName sizeBytes md5 directUrl } } } } } } }`);
    expect(files.project.artifactCollection.artifactMembership.files).toMatchObject({ totalCount: 1, edges: [{ node: { name: "model.pt", sizeBytes: 14, directUrl: expect.stringContaining("/storage/artifact-blobs/") } }] });
  });

  test("what cannot be done is told with a status that the SDK shows at once", async () => {
    const remove = await ask(`mutation { deleteArtifact(input: {artifactID: "${artifactId(second)}", deleteAliases: false}) { artifact { id } } }`);
    expect([remove.status, remove.body.errors?.[0]?.message]).toEqual([409, expect.stringContaining("aliases")]);
    const missing = await ask(`mutation { addAliases(input: {artifactID: "bm90aGluZw==", aliases: []}) { success } }`);
    expect([missing.status, missing.body.errors?.[0]?.message]).toEqual([404, "Artifact version not found."]);
  });
});
