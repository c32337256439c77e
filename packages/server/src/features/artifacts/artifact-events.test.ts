import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { insertTeam, insertUser, addMember } from "../../testing/people.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { executions, insertAutomation, startTestPipeline } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { addTagsToCollection, linkArtifact, removeTagsFromCollection, unlinkArtifact, updateArtifact } from "./index.ts";
import { artifactServices, brief, logVersion } from "./testing/artifact-bench.ts";

const database = await createTestDatabase();
const ann = await insertUser(database.db, "ann");
const acme = await insertTeam(database.db, "acme-org", "acme");
await addMember(database.db, acme.teamEntityId, ann, "admin");
const { services, captured } = artifactServices(database.db);
beforeEach(() => void captured.splice(0));
afterAll(() => database.drop());

let last = 0;
const fresh = (): { entity: string; collection: string; digest: string } => ({ entity: "acme", collection: `c${(last += 1)}`, digest: `digest${last}` });
const told = (): string[] => captured.map(brief).sort();
const update = (artifactId: number, tags: { add?: string[]; remove?: string[] }): Promise<unknown> =>
  updateArtifact(services, ann, { artifactId, description: null, metadata: null, ttlSeconds: null, tagsToAdd: tags.add ?? [], tagsToDelete: tags.remove ?? [], aliases: null });

describe("events of versions and collections", () => {
  test("a tag is an event in the sequence and in every portfolio, once for each tag that is new or was there", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme-org", project: "wandb-registry-model", collection: own.collection }, aliases: [] });
    captured.splice(0);
    const places = [`acme-org/wandb-registry-model/${own.collection}:v0`, `acme/vision/${own.collection}:v0`];
    await update(id, { add: ["good", "new"] });
    expect(told()).toEqual(places.flatMap((place) => [`ADD_ARTIFACT_TAG ${place} good`, `ADD_ARTIFACT_TAG ${place} new`]).sort());
    captured.splice(0);
    await update(id, { add: ["good"], remove: ["new", "never"] });
    expect(told()).toEqual(places.map((place) => `REMOVE_ARTIFACT_TAG ${place} new`));
  });

  test("tags that a version is created with are events when it is committed", async () => {
    const own = fresh();
    await logVersion(services, ann, { ...own, tags: ["born"] });
    expect(told()).toEqual([`ADD_ARTIFACT_ALIAS acme/vision/${own.collection}:v0 latest`, `ADD_ARTIFACT_TAG acme/vision/${own.collection}:v0 born`, `CREATE_ARTIFACT acme/vision/${own.collection}:v0`]);
  });

  test("a link creates the version in a registry, new or legacy, and not in an ordinary project", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    captured.splice(0);
    for (const [entity, project] of [["acme-org", "wandb-registry-model"], ["acme", "model-registry"], ["acme", "vision"]] as const)
      await linkArtifact(services, ann, { artifact: { id }, target: { entity, project, collection: `linked-${own.collection}` }, aliases: [] });
    const created = captured.filter(({ change }) => change.type === "CREATE_ARTIFACT").map(brief);
    expect(created).toEqual([`CREATE_ARTIFACT acme-org/wandb-registry-model/linked-${own.collection}:v0`, `CREATE_ARTIFACT acme/model-registry/linked-${own.collection}:v0`]);
    expect(captured.filter(({ change }) => change.type === "LINK_MODEL")).toHaveLength(3);
  });

  test("requests that add the same tags in another order do not wait for each other", async () => {
    const own = fresh();
    await logVersion(services, ann, own);
    captured.splice(0);
    const tags = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const where = { entity: "acme", project: "vision", collection: own.collection };
    await Promise.all(Array.from({ length: 8 }, (_, index) => addTagsToCollection(services, ann, { ...where, tags: index % 2 === 0 ? tags : tags.toReversed() })));
    expect(captured.map(({ change }) => change.subject).length).toBe(tags.length);
  });

  test("an unlink is an event of the portfolio, raised once", async () => {
    const own = fresh();
    const id = await logVersion(services, ann, own);
    const { collectionId } = await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme-org", project: "wandb-registry-model", collection: own.collection }, aliases: [] });
    captured.splice(0);
    const both = await Promise.allSettled([1, 2].map(() => unlinkArtifact(services, ann, { artifactId: id, portfolioId: collectionId })));
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(told()).toEqual([`UNLINK_ARTIFACT acme-org/wandb-registry-model/${own.collection}:v0`]);
  });

  test("a collection's tags are events of the collection, which no version has a part in", async () => {
    const own = fresh();
    await logVersion(services, ann, own);
    captured.splice(0);
    const where = { entity: "acme", project: "vision", collection: own.collection };
    await addTagsToCollection(services, ann, { ...where, tags: ["best", "old"] });
    await addTagsToCollection(services, ann, { ...where, tags: ["best"] });
    await removeTagsFromCollection(services, ann, { ...where, tags: ["best", "never"] });
    const place = `acme/vision/${own.collection}`;
    expect(captured.map(brief)).toEqual([`ADD_COLLECTION_TAG ${place} best`, `ADD_COLLECTION_TAG ${place} old`, `REMOVE_COLLECTION_TAG ${place} best`]);
    expect(captured[0]?.change).toMatchObject({ author: "ann", subject: { kind: "collection", artifactType: "model", tag: "best" } });
  });

  test("automations fire on each of them at each of its scopes, also in collections that came later", async () => {
    const pipeline = startTestPipeline(database.db);
    const live = { ...services, pipeline: pipeline.pipeline };
    const own = fresh();
    const first = await logVersion(live, ann, own);
    const target = { entity: "acme-org", project: "wandb-registry-model", collection: own.collection };
    const { collectionId } = await linkArtifact(live, ann, { artifact: { id: first }, target, aliases: [] });
    const registry = await database.db.query<{ id: number }>({ name: "", text: "select project_id as id from artifact_collections where id = $1" }, [collectionId]);
    const scopes: ["collection" | "project" | "entity", number][] = [["collection", collectionId], ["project", registry[0]?.id ?? 0], ["entity", acme.orgEntityId]];
    const expected = new Map<string, number>();
    for (const eventType of ["ADD_ARTIFACT_TAG", "REMOVE_ARTIFACT_TAG", "ADD_COLLECTION_TAG", "REMOVE_COLLECTION_TAG", "UNLINK_ARTIFACT"])
      for (const scope of scopes) expected.set(await insertAutomation(database.db, { entityId: acme.orgEntityId, scope, eventType, filter: eventType.endsWith("TAG") ? '{"tag":{"$in":["t"]}}' : "{}" }), scope[0] === "entity" && eventType.endsWith("ARTIFACT_TAG") ? 2 : 1);
    const watcher = await insertAutomation(database.db, { entityId: acme.orgEntityId, scope: ["project", registry[0]?.id ?? 0], eventType: "CREATE_ARTIFACT", filter: `{"artifact_type":"model","artifact_collection_name":"later-${own.collection}"}` });
    await updateArtifact(live, ann, { artifactId: first, description: null, metadata: null, ttlSeconds: null, tagsToAdd: ["t", "other"], tagsToDelete: [], aliases: null });
    await updateArtifact(live, ann, { artifactId: first, description: null, metadata: null, ttlSeconds: null, tagsToAdd: [], tagsToDelete: ["t"], aliases: null });
    await addTagsToCollection(live, ann, { ...target, tags: ["t"] });
    await removeTagsFromCollection(live, ann, { ...target, tags: ["t"] });
    await unlinkArtifact(live, ann, { artifactId: first, portfolioId: collectionId });
    await linkArtifact(live, ann, { artifact: { id: first }, target: { ...target, collection: `later-${own.collection}` }, aliases: [] });
    expected.set(watcher, 1);
    const total = [...expected.values()].reduce((sum, count) => sum + count, 0);
    const done = await until("every automation has fired", async () => {
      const all = await executions(database.db);
      return all.length >= total && all.every(({ status }) => status === "finished") ? all : null;
    });
    const counts = new Map<string, number>();
    for (const { automation_id } of done) counts.set(automation_id, (counts.get(automation_id) ?? 0) + 1);
    expect(counts).toEqual(expected);
    await pipeline.stop();
  });
});
