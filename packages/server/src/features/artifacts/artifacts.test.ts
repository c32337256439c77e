import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addAliases, commitArtifact, createArtifact, createArtifactFiles, createArtifactManifest, deleteAliases, deleteArtifact, findArtifact, findMember, findMemberByName, linkArtifact, listFiles, listRunArtifacts, listVersions, receiveManifest, resolveClientId, unlinkArtifact, updateArtifact, updateCollection, useArtifact } from "./index.ts";
import { artifactServices, base64Md5, aliasOf, brief, fill, hexMd5, insertRun, logVersion, manifestText, newVersion, uploadOf } from "./testing/artifact-bench.ts";

const database = await createTestDatabase();
afterAll(() => database.drop());

const ann = await insertUser(database.db, "ann");
const eve = await insertUser(database.db, "eve");
const vic = await insertUser(database.db, "vic");
const acme = await insertTeam(database.db, "acme-org", "acme");
const rival = await insertTeam(database.db, "rival-org", "rival");
await addMember(database.db, acme.teamEntityId, ann, "member");
await addMember(database.db, acme.teamEntityId, vic, "viewer");
await addMember(database.db, rival.teamEntityId, eve, "admin");
await insertRun(database.db, acme.teamEntityId, "vision", "run1");

const { services, captured } = artifactServices(database.db);
beforeEach(() => void captured.splice(0));

let last = 0;
/** A collection of the test's own. */
const fresh = (): { entity: string; collection: string; digest: string } => ({ entity: "acme", collection: `c${(last += 1)}`, digest: `digest${last}` });
const told = (): string[] => captured.map(brief).sort();
const inOneTransaction = (): boolean => new Set(captured.map(({ tx }) => tx)).size <= 1;
const projectOf = async (id: number): Promise<{ id: number }> => ({ id: (await findArtifact(services, ann, id))?.project_id ?? 0 });

describe("a version", () => {
  test("raises CREATE_ARTIFACT and its aliases when it is committed, not before, in one transaction", async () => {
    const own = fresh();
    const { artifactId, state } = await createArtifact(services, ann, newVersion({ ...own, aliases: ["latest", "best"] }));
    expect(state).toBe("PENDING");
    await fill(services, ann, artifactId, { files: { "model.pt": "weights" } });
    expect(captured).toEqual([]);
    const committed = await commitArtifact(services, ann, artifactId);
    expect(committed).toMatchObject({ state: "COMMITTED", version_index: 0, size_bytes: 7, file_count: 1 });
    const place = `acme/vision/${own.collection}:v0`;
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS ${place} best`, `ADD_ARTIFACT_ALIAS ${place} latest`, `CREATE_ARTIFACT ${place}`]);
    expect(inOneTransaction()).toBe(true);
    expect(captured[0]?.change).toMatchObject({ author: "ann", subject: { artifactId, collectionKind: "sequence", artifactType: "model", metadata: { accuracy: 0.9 }, alias: null, tag: null } });
    captured.splice(0);
    await commitArtifact(services, ann, artifactId);
    expect(captured).toEqual([]);
  });

  test("of identical content is not made twice: it gets the new aliases, and no CREATE_ARTIFACT is raised", async () => {
    const own = fresh();
    const first = await logVersion(services, ann, own);
    captured.splice(0);
    const again = await createArtifact(services, ann, newVersion({ ...own, aliases: ["latest", "again"], run: "run1", clientId: "client-again" }));
    expect(again).toEqual({ artifactId: first, state: "COMMITTED" });
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS acme/vision/${own.collection}:v0 again`]);
    expect(await resolveClientId(services, ann, "client-again")).toEqual({ artifactId: first });
    const run = await database.db.query<{ id: number }>(sql("test_run", "select id from runs where name = 'run1'"), []);
    expect((await listRunArtifacts(services, ann, { runId: run[0]?.id ?? 0, direction: "output", limit: 10, offset: 0 })).rows.map(({ id }) => id)).toContain(first);
  });

  test("of another type is refused by its sequence, naming both types", async () => {
    const own = fresh();
    await logVersion(services, ann, own);
    await expect(createArtifact(services, ann, newVersion({ ...own, type: "dataset" }))).rejects.toMatchObject({ code: "conflict", message: expect.stringMatching(/"model".*"dataset"/) });
  });

  test("gets indexes without gaps or doubles when many are committed at once, and one CREATE_ARTIFACT each", async () => {
    const own = fresh();
    const ids = await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const { artifactId } = await createArtifact(services, ann, newVersion({ ...own, digest: `${own.digest}-${index}` }));
      await fill(services, ann, artifactId, { files: { "f.txt": `f${index}` } });
      return artifactId;
    }));
    const rows = await Promise.all([...ids, ...ids].map((id) => commitArtifact(services, ann, id)));
    expect([...new Set(rows.map(({ version_index }) => version_index))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(captured.filter(({ change }) => change.type === "CREATE_ARTIFACT")).toHaveLength(8);
    const holders = await database.db.query(sql("test_latest", "select 1 from artifact_aliases a join artifact_collections c on c.id = a.collection_id where c.name = $1 and a.alias = 'latest'"), [own.collection]);
    expect(holders).toHaveLength(1);
  });

  test("is not committed while its manifest or the content of a file is missing, and says which", async () => {
    const { artifactId } = await createArtifact(services, ann, newVersion(fresh()));
    await expect(commitArtifact(services, ann, artifactId)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("No manifest") });
    const text = manifestText({ "there.bin": "never uploaded" });
    const { manifest } = await createArtifactManifest(services, ann, { artifactId, baseArtifactId: null, digest: base64Md5(text), kind: "FULL" });
    await receiveManifest(services, { manifestId: manifest.id, objectKey: manifest.object_key }, uploadOf(text));
    await expect(commitArtifact(services, ann, artifactId)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("there.bin") });
    expect((await findArtifact(services, ann, artifactId))?.state).toBe("PENDING");
    expect(captured).toEqual([]);
  });

  test("that builds on another has the files of both, patches of several makers included", async () => {
    const own = fresh();
    const base = await logVersion(services, ann, own);
    const parts = await Promise.all(["a", "b"].map((part) => createArtifact(services, ann, newVersion({ ...own, digest: `${own.digest}-merged`, distributedId: "group", aliases: [part] }))));
    const [id] = new Set(parts.map(({ artifactId }) => artifactId));
    expect(parts.every(({ artifactId }) => artifactId === id)).toBe(true);
    await fill(services, ann, id ?? 0, { files: { "a.txt": "a" }, kind: "PATCH", baseArtifactId: base });
    await fill(services, ann, id ?? 0, { files: { "b.txt": "b" }, kind: "PATCH", baseArtifactId: base });
    captured.splice(0);
    const merged = await commitArtifact(services, ann, id ?? 0);
    const { files } = await listFiles(services, merged, { names: null, limit: 10, offset: 0 });
    expect(files.map(({ path }) => path)).toEqual(["model.pt", "a.txt", "b.txt"]);
    expect(captured.map(({ change }) => aliasOf(change.subject)).sort()).toEqual(["a", "b", null]);
  });

  test("asks only for content that its entity does not have yet, in the order of the questions", async () => {
    const own = fresh();
    const first = await logVersion(services, ann, own);
    const { artifactId } = await createArtifact(services, ann, newVersion({ ...own, digest: "other" }));
    const known = base64Md5(`content of ${own.digest}`);
    const files = await createArtifactFiles(services, ann, [{ artifactId, name: "new", md5Base64: base64Md5("new") }, { artifactId, name: "known", md5Base64: known }]);
    expect(files.map(({ name, uploadUrl, birthArtifactId }) => [name, uploadUrl === null, birthArtifactId])).toEqual([["new", false, artifactId], ["known", true, first]]);
  });

  test("keeps its tags, description and metadata as they were last set", async () => {
    const id = await logVersion(services, ann, { ...fresh(), tags: ["one", "two"] });
    const row = await updateArtifact(services, ann, { artifactId: id, description: "d", metadata: '{"a":NaN}', ttlSeconds: { to: 60 }, tagsToAdd: ["three"], tagsToDelete: ["one"], aliases: ["latest", "x"] });
    expect(row).toMatchObject({ description: "d", metadata: '{"a":NaN}', ttl_seconds: 60 });
    expect(row.tags.map(({ tag }) => tag)).toEqual(["two", "three"]);
    await expect(updateArtifact(services, ann, { artifactId: id, description: null, metadata: "[]", ttlSeconds: null, tagsToAdd: [], tagsToDelete: [], aliases: null })).rejects.toMatchObject({ code: "invalid" });
  });

  test("with aliases is deleted only together with them, also from where it is linked", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme", project: "model-registry", collection: own.collection }, aliases: [] });
    await expect(deleteArtifact(services, ann, { artifactId: id, deleteAliases: false })).rejects.toMatchObject({ code: "conflict" });
    const project = await projectOf(id);
    await deleteArtifact(services, ann, { artifactId: id, deleteAliases: true });
    expect(await findMemberByName(services, ann, project, own.collection)).toBeNull();
    expect((await findArtifact(services, ann, id))?.state).toBe("DELETED");
  });
});

describe("an alias", () => {
  test("raises ADD_ARTIFACT_ALIAS when it is new on a version or moves there, and not when it was there", async () => {
    const own = fresh();
    const first = await logVersion(services, ann, own);
    const second = await logVersion(services, ann, { ...own, digest: `${own.digest}-2` });
    captured.splice(0);
    const name = { entity: "ACME", project: "vision", collection: own.collection, alias: "production" };
    for (const artifactId of [first, first, second]) await addAliases(services, ann, { artifactId, aliases: [name, name] });
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS acme/vision/${own.collection}:v0 production`, `ADD_ARTIFACT_ALIAS acme/vision/${own.collection}:v1 production`]);
    const project = await projectOf(first);
    expect((await findMemberByName(services, ann, project, `${own.collection}:production`))?.member.id).toBe(second);
    await deleteAliases(services, ann, { artifactId: second, aliases: [name] });
    expect(await findMemberByName(services, ann, project, `${own.collection}:production`)).toBeNull();
    expect((await findMemberByName(services, ann, project, `${own.collection}:v0`))?.member.id).toBe(first);
    expect((await findMemberByName(services, ann, project, `${own.collection}:${own.digest}-2`))?.member.id).toBe(second);
  });

  test("that many requests move at once is on one version in the end, and every move was told of", async () => {
    const own = fresh();
    const ids = [await logVersion(services, ann, own), await logVersion(services, ann, { ...own, digest: `${own.digest}-2` })];
    captured.splice(0);
    const names = ["x", "y", "z"].map((alias) => ({ entity: "acme", project: "vision", collection: own.collection, alias }));
    await Promise.all(Array.from({ length: 24 }, (_, index) => addAliases(services, ann, { artifactId: ids[index % 2] ?? 0, aliases: index % 3 === 0 ? names : names.toReversed() })));
    const held = await database.db.query<{ alias: string; version_index: number }>(sql("test_held", `
      select a.alias, m.version_index from artifact_aliases a join artifact_memberships m on m.id = a.membership_id join artifact_collections c on c.id = a.collection_id
      where c.name = $1 and a.alias <> 'latest'`), [own.collection]);
    expect(held).toHaveLength(3);
    // An alias is captured while its row is locked: the last one told of is the one that stayed.
    for (const { alias, version_index } of held) expect(captured.findLast(({ change }) => aliasOf(change.subject) === alias)?.change.subject).toMatchObject({ versionIndex: version_index });
  });

  test.each(["v3", "a/b", "a:b", ""])("may not be called %j", async (alias) => {
    const own = fresh();
    const artifactId = await logVersion(services, ann, own);
    await expect(addAliases(services, ann, { artifactId, aliases: [{ entity: "acme", project: "vision", collection: own.collection, alias }] })).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("a link", () => {
  test("raises LINK_MODEL and CREATE_ARTIFACT once, about the portfolio's own index and aliases; a source's alias is another subject", async () => {
    const own = fresh();
    await logVersion(services, ann, own);
    const id = await logVersion(services, ann, { ...own, digest: `${own.digest}-2` });
    captured.splice(0);
    const target = { entity: "acme-org", project: "wandb-registry-model", collection: own.collection };
    const input = { artifact: { id }, target, aliases: ["staging"] };
    const place = `acme-org/wandb-registry-model/${own.collection}:v0`;
    expect(await linkArtifact(services, ann, input)).toMatchObject({ versionIndex: 0 });
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS ${place} latest`, `ADD_ARTIFACT_ALIAS ${place} staging`, `CREATE_ARTIFACT ${place}`, `LINK_MODEL ${place}`]);
    expect(inOneTransaction()).toBe(true);
    captured.splice(0);
    expect(await linkArtifact(services, ann, { ...input, aliases: ["production", "staging"] })).toMatchObject({ versionIndex: 0 });
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS ${place} production`]);
    captured.splice(0);
    await addAliases(services, ann, { artifactId: id, aliases: [{ ...target, alias: "gold" }] });
    expect(captured[0]?.change.subject).toMatchObject({ collectionKind: "portfolio", entityId: acme.orgEntityId, projectName: "wandb-registry-model", alias: "gold" });
    await addAliases(services, ann, { artifactId: id, aliases: [{ entity: "acme", project: "vision", collection: own.collection, alias: "gold" }] });
    expect(captured[1]?.change.subject).toMatchObject({ collectionKind: "sequence", entityId: acme.teamEntityId, versionIndex: 1 });
  });

  test("of one version by two requests at once makes one membership and one event", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, { ...own, clientId: `client-${own.collection}` });
    captured.splice(0);
    const target = { entity: "acme", project: "model-registry", collection: own.collection };
    const links = await Promise.all(Array.from({ length: 6 }, (_, index) => linkArtifact(services, ann, { artifact: index % 2 === 0 ? { id } : { clientId: `client-${own.collection}` }, target, aliases: [] })));
    expect(new Set(links.map(({ versionIndex }) => versionIndex))).toEqual(new Set([0]));
    expect(captured.filter(({ change }) => change.type === "LINK_MODEL")).toHaveLength(1);
  });

  test("into a registry that lists its types is refused for another type, and into a missing registry as missing", async () => {
    await database.db.query(sql("test_restrict", `
      with registry as (update projects set allow_all_artifact_types = false where entity_id = $1 and name = 'wandb-registry-dataset' returning id)
      insert into artifact_types (entity_id, project_id, name) select $1, id, 'dataset' from registry`), [acme.orgEntityId]);
    const own = fresh();
    const id = await logVersion(services, ann, own);
    const link = (project: string): Promise<unknown> => linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme-org", project, collection: own.collection }, aliases: [] });
    await expect(link("wandb-registry-dataset")).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining('"model"') });
    await expect(link("wandb-registry-nope")).rejects.toMatchObject({ code: "not_found" });
  });

  test("that is taken away takes its aliases along and leaves the source as it is", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    const { collectionId } = await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme", project: "model-registry", collection: own.collection }, aliases: ["a"] });
    await unlinkArtifact(services, ann, { artifactId: id, portfolioId: collectionId });
    expect(await findMember(services, ann, collectionId, "a")).toBeNull();
    expect((await findMemberByName(services, ann, await projectOf(id), own.collection))?.member.id).toBe(id);
    await expect(unlinkArtifact(services, ann, { artifactId: id, portfolioId: collectionId })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a list of versions", () => {
  test("is filtered by tag, alias, index and metadata, and counted after the filter", async () => {
    const own = fresh();
    for (const [index, accuracy] of [0.5, 0.8, 0.9].entries()) await logVersion(services, ann, { ...own, digest: `${own.digest}-${index}`, metadata: JSON.stringify({ eval: { accuracy } }), tags: index === 1 ? ["chosen"] : [] });
    const collection = (await findMemberByName(services, ann, await projectOf(await logVersion(services, ann, { ...own, digest: `${own.digest}-2` })), own.collection))?.collection.id ?? 0;
    const find = async (filters: string, order: string | null = null): Promise<[number[], number]> => {
      const { rows, total } = await listVersions(services, ann, [collection], { filters, order, limit: 10, offset: 0 });
      return [rows.map(({ member_index }) => member_index), await total()];
    };
    expect(await find('{"state":"COMMITTED"}')).toEqual([[2, 1, 0], 3]);
    expect(await find('{"metadata.eval.accuracy":{"$gte":0.8}}', "created_at")).toEqual([[1, 2], 2]);
    expect(await find('{"$or":[{"tag":"chosen"},{"alias":"latest"}]}')).toEqual([[2, 1], 2]);
    expect(await find('{"version":"v0"}')).toEqual([[0], 1]);
    await expect(find('{"tagg":"x"}')).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining('"tag"') });
  });
});

describe("tenancy", () => {
  test("a foreign version and a foreign collection answer every verb exactly like missing ones", async () => {
    const own = fresh();
    const foreign = await logVersion(services, ann, own);
    const { collectionId } = await linkArtifact(services, ann, { artifact: { id: foreign }, target: { entity: "acme", project: "model-registry", collection: own.collection }, aliases: [] });
    const { artifactId: pending } = await createArtifact(services, ann, newVersion({ ...own, digest: "pending", clientId: "ann-client" }));
    const mine = await logVersion(services, eve, { ...fresh(), entity: "rival" });
    const attempts = (artifactId: number, portfolioId: number): (() => Promise<unknown>)[] => [
      () => addAliases(services, eve, { artifactId, aliases: [{ entity: "acme", project: "vision", collection: own.collection, alias: "x" }] }),
      () => updateArtifact(services, eve, { artifactId, description: "x", metadata: null, ttlSeconds: null, tagsToAdd: [], tagsToDelete: [], aliases: null }),
      () => deleteArtifact(services, eve, { artifactId, deleteAliases: true }),
      () => commitArtifact(services, eve, artifactId),
      () => linkArtifact(services, eve, { artifact: { id: artifactId }, target: { entity: "rival", project: "model-registry", collection: "stolen" }, aliases: [] }),
      () => linkArtifact(services, eve, { artifact: { id: mine }, target: { portfolioId }, aliases: [] }),
      () => unlinkArtifact(services, eve, { artifactId, portfolioId }),
      () => updateCollection(services, eve, { id: portfolioId, kind: "portfolio", name: "x", description: null }),
      () => createArtifactFiles(services, eve, [{ artifactId, name: "x", md5Base64: base64Md5("x") }]),
      () => createArtifactManifest(services, eve, { artifactId, baseArtifactId: null, digest: "", kind: "FULL" }),
      () => useArtifact(services, eve, { artifactId, entity: "rival", project: "vision", run: "r", usedAs: null }),
    ];
    const outcome = async (attempt: () => Promise<unknown>): Promise<string> => attempt().then(() => "done", (error: Error & { code?: string }) => `${error.code ?? "fault"}: ${error.message}`);
    const missing = await Promise.all(attempts(999_999, 999_999).map(outcome));
    expect(await Promise.all(attempts(foreign, collectionId).map(outcome))).toEqual(missing);
    expect(await Promise.all(attempts(pending, collectionId).map(outcome))).toEqual(missing);
    expect(missing.every((answer) => answer.startsWith("not_found: "))).toBe(true);
    expect([await findArtifact(services, eve, foreign), await resolveClientId(services, eve, "ann-client")]).toEqual([null, null]);
  });

  test("a version linked into an organization's registry is read by its members, and changed only by its team's", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    const outsider = await insertUser(database.db, `outsider-${own.collection}`);
    const other = await database.db.query<{ entity_id: number }>(sql("test_org_only", `
      insert into organization_members (organization_id, user_id, entity_id, role) values ($1, $2, $3, 'member') returning entity_id`), [acme.organizationId, outsider.userId, acme.orgEntityId]);
    expect(other).toHaveLength(1);
    expect(await findArtifact(services, outsider, id)).toBeNull();
    await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme-org", project: "wandb-registry-model", collection: own.collection }, aliases: [] });
    expect((await findArtifact(services, outsider, id))?.id).toBe(id);
    await expect(deleteArtifact(services, outsider, { artifactId: id, deleteAliases: true })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a viewer of the team reads, and may change nothing", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    expect((await findArtifact(services, vic, id))?.role).toBe("viewer");
    await expect(createArtifact(services, vic, newVersion(own))).rejects.toMatchObject({ code: "forbidden" });
    await expect(addAliases(services, vic, { artifactId: id, aliases: [{ entity: "acme", project: "vision", collection: own.collection, alias: "x" }] })).rejects.toMatchObject({ code: "forbidden" });
    await expect(linkArtifact(services, vic, { artifact: { id }, target: { entity: "acme", project: "model-registry", collection: "m" }, aliases: [] })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("content of one entity never answers for another's", async () => {
    await logVersion(services, ann, { ...fresh(), digest: "shared" });
    const { artifactId } = await createArtifact(services, eve, newVersion({ entity: "rival", digest: "theirs" }));
    const [file] = await createArtifactFiles(services, eve, [{ artifactId, name: "x", md5Base64: base64Md5("content of shared") }]);
    expect(file?.uploadUrl).toContain(`/storage/artifact-blobs/${rival.teamEntityId}/${hexMd5("content of shared")}?`);
  });
});
