import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Transaction } from "../../db/database.ts";
import { sql } from "../../db/database.ts";
import { claimOrMissBlobs } from "../../db/queries/artifact-blobs.ts";
import { removeSilent, removeSilentVersions, touchPending } from "../../db/queries/artifact-pending.ts";
import { removeUnused } from "../../db/queries/artifact-unused.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { planOf } from "../../testing/explain.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import type { CreateArtifactInput, Manifested } from "../artifacts/index.ts";
import { commitArtifact, createArtifact, createArtifactFiles, createArtifactManifest, findBlobContent, receiveBlob, receiveManifest, sweepContent, updateArtifactManifest } from "../artifacts/index.ts";
import { base64Md5, fill, hexMd5, manifestText, newVersion, uploadOf } from "../artifacts/testing/artifact-bench.ts";
import type { Services } from "../services.ts";
import { removePending } from "./remove-pending.ts";
import { sweepObjects } from "./sweep-objects.ts";

let database: TestDatabase;
let services: Services;
let viewer: Viewer;
let entityId: number;
const going = new AbortController().signal;
const day = 86_400_000;

beforeAll(async () => {
  database = await createTestDatabase();
  viewer = await insertUser(database.db, "ada");
  entityId = (await insertTeam(database.db, "org", "team")).teamEntityId;
  await addMember(database.db, entityId, viewer, "admin");
  services = testServices(database.db);
});
// Each test counts what is removed, and leaves nothing for the next.
afterEach(() => database.db.query(sql("test_pending_none", "update artifacts set state = 'DELETED' where state = 'PENDING'"), []));
afterAll(() => database.drop());

/** Makes the rows look as if so many days had passed. */
const age = async (days: number): Promise<void> => {
  for (const statement of [
    "update artifact_blobs set created_at = created_at - $1 * interval '1 day', unused_since = unused_since - $1 * interval '1 day'",
    "update artifacts set updated_at = updated_at - $1 * interval '1 day'",
  ]) await database.db.query(sql("", statement), [days]);
};
const remove = (): Promise<number> => removePending(services, 7 * day, going);
const stateOf = async (id: number): Promise<string | undefined> => (await database.db.query<{ state: string }>(sql("test_pending_state", "select state from artifacts where id = $1"), [id]))[0]?.state;
const isKept = async (text: string): Promise<boolean> => (await findBlobContent(services, entityId, hexMd5(text))) !== null;
let versions = 0;
const input = (more: Partial<CreateArtifactInput> = {}): CreateArtifactInput => {
  versions += 1;
  return newVersion({ entity: "team", digest: `d${versions}`, clientId: `client-${versions}`, aliases: [], ...more });
};
const begin = async (given = input()): Promise<number> => (await createArtifact(services, viewer, given)).artifactId;
const announce = (artifactId: number, text: string): Promise<{ uploadUrl: string | null }[]> => createArtifactFiles(services, viewer, [{ artifactId, name: "a.txt", md5Base64: base64Md5(text) }]);
const announceManifest = (artifactId: number, text = ""): Promise<Manifested> =>
  createArtifactManifest(services, viewer, { artifactId, baseArtifactId: null, digest: text === "" ? "" : base64Md5(text), kind: "FULL" });
const upload = ({ manifest }: Manifested, text: string): Promise<void> => receiveManifest(services, { manifestId: manifest.id, objectKey: manifest.object_key }, uploadOf(text));

describe("a version whose upload never ended", () => {
  it("goes with what it alone needed once nothing was heard of it for long; what others need and committed versions stay", async () => {
    const silent = await begin();
    await fill(services, viewer, silent, { files: { "a.txt": "of the silent one", "b.txt": "of both" } });
    const committed = await begin();
    await fill(services, viewer, committed, { files: { "b.txt": "of both" } });
    await commitArtifact(services, viewer, committed);
    await age(5);
    const young = await begin();
    await fill(services, viewer, young, { files: { "c.txt": "of the young one" } });
    await age(4);
    expect(await remove()).toBe(1);
    expect([await stateOf(silent), await stateOf(committed), await stateOf(young)]).toEqual(["DELETED", "COMMITTED", "PENDING"]);
    await age(4);
    for (const days of [8, 8]) {
      await sweepContent(services, 7 * day, going);
      await age(days);
    }
    await sweepContent(services, 7 * day, going);
    await sweepObjects(services, -1_000, going);
    expect([await isKept("of the silent one"), await isKept("of both"), await isKept("of the young one")]).toEqual([false, true, true]);
    const objects: string[] = [];
    for await (const { key } of services.objects.list()) objects.push(key);
    const manifestsOf = (id: number): string[] => objects.filter((key) => key.startsWith(`artifact-manifests/${entityId}/${id}/`));
    expect(objects.filter((key) => key.includes(hexMd5("of the silent one")))).toEqual([]);
    expect([manifestsOf(silent).length, manifestsOf(committed).length, manifestsOf(young).length]).toEqual([0, 1, 1]);
  });

  const text = manifestText({ "a.txt": "steps" });
  it.each<[string, (of: { given: CreateArtifactInput; id: number; draft: Manifested }) => Promise<unknown>]>([
    ["asks for the version again", ({ given }) => createArtifact(services, viewer, given)],
    ["announces a manifest", ({ id }) => announceManifest(id)],
    ["says what a manifest will hold", ({ draft }) => updateArtifactManifest(services, viewer, { manifestId: draft.manifest.id, baseArtifactId: null, digest: base64Md5(text) })],
    ["uploads a manifest", ({ draft }) => upload(draft, text)],
    ["announces a file", ({ id }) => announce(id, "steps")],
    ["uploads a file", ({ id }) => receiveBlob(services, { entityId, md5Hex: hexMd5("steps"), artifactId: id }, uploadOf("steps"))],
    ["commits too early", ({ id }) => commitArtifact(services, viewer, id).catch(() => undefined)],
  ])("is not one whose maker %s", async (_step, take) => {
    const given = input();
    const id = await begin(given);
    const draft = await announceManifest(id, text);
    await age(8);
    await take({ given, id, draft });
    expect(await remove()).toBe(0);
    expect(await stateOf(id)).toBe("PENDING");
    await age(8);
    expect(await remove()).toBe(1);
  });

  it("tells a maker who comes back that it was deleted, at every step, and whoever asks for it again begins another", async () => {
    for (const given of [input(), input({ distributedId: "group" })]) {
      const id = await begin(given);
      const draft = await announceManifest(id, text);
      await age(8);
      await remove();
      const told = { code: "conflict", message: expect.stringContaining("was deleted, or its upload stood still") };
      await expect(announce(id, "too late")).rejects.toMatchObject(told);
      await expect(announceManifest(id)).rejects.toMatchObject(told);
      await expect(updateArtifactManifest(services, viewer, { manifestId: draft.manifest.id, baseArtifactId: null, digest: base64Md5(text) })).rejects.toMatchObject(told);
      await expect(upload(draft, text)).rejects.toMatchObject(told);
      await expect(commitArtifact(services, viewer, id)).rejects.toMatchObject(told);
      const again = await begin(given);
      expect(again).not.toBe(id);
      await fill(services, viewer, again, { files: { "a.txt": "once more" } });
      expect(await commitArtifact(services, viewer, again)).toMatchObject({ state: "COMMITTED" });
    }
  });

  it("is found in as many batches as it takes, and by an index", async () => {
    const [{ id = 0 } = {}] = await database.db.query<{ id: number }>(sql("test_pending_sequence", "select id from artifact_collections limit 1"), []);
    const fill = sql("test_pending_fill", `
      insert into artifacts (entity_id, project_id, sequence_id, digest, state, updated_at)
      select entity_id, project_id, id, number, $3, now() - $4 * interval '1 day' from artifact_collections, generate_series(1, $2::integer) as number where id = $1`);
    await database.db.query(fill, [id, 1_200, "PENDING", 8]);
    await database.db.query(fill, [id, 700, "PENDING", 1]);
    await database.db.query(fill, [id, 20_000, "DELETED", 8]);
    await database.db.query(sql("", "analyze artifacts"), []);
    expect(await removePending(services, 7 * day, AbortSignal.abort())).toBe(0);
    expect(await remove()).toBe(1_200);
    const plan = await planOf(database.db, removeSilent);
    expect(plan).toContain("Index Scan using artifacts_pending");
    expect(plan).not.toMatch(/Seq Scan/);
  });
});

describe("over two connections", () => {
  /** Resolves once a statement on another connection waits for a lock. */
  const someoneWaits = (): Promise<void> => expect.poll(async () => (await database.db.query<{ waiting: number }>(sql("test_pending_waiting", `
    select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`), []))[0]?.waiting, { timeout: 10_000 }).toBe(1);

  /** On a connection of its own; fails where it meets a lock, which would never go away. */
  const withoutWaiting = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => database.db.transaction(async (tx) => {
    await tx.query(sql("", "set local lock_timeout = '1s'"), []);
    return work(tx);
  });

  it("a version that is being written to is passed by, without waiting for its maker", async () => {
    const id = await begin();
    await age(8);
    await database.db.transaction(async (maker) => {
      expect(await touchPending(maker, id)).toBe(true);
      expect(await withoutWaiting((tx) => removeSilentVersions(tx, { after: id - 1, ageMs: 7 * day }))).toMatchObject({ removed: 0 });
    });
    expect(await remove()).toBe(0);
    expect(await stateOf(id)).toBe("PENDING");
  });

  it("a maker who comes while the version is removed is told so, and gets another one when it begins again", async () => {
    const given = input();
    const id = await begin(given);
    await age(8);
    let late: Promise<unknown> = Promise.resolve();
    let again: Promise<number> = Promise.resolve(0);
    await database.db.transaction(async (removal) => {
      expect((await removeSilentVersions(removal, { after: id - 1, ageMs: 7 * day })).removed).toBe(1);
      late = announce(id, "late").then(() => "was let in", (error: unknown) => error);
      await someoneWaits();
    });
    expect(await late).toMatchObject({ code: "conflict" });
    const other = input();
    const otherId = await begin(other);
    await age(8);
    await database.db.transaction(async (removal) => {
      expect((await removeSilentVersions(removal, { after: otherId - 1, ageMs: 7 * day })).removed).toBe(1);
      again = begin(other);
      await someoneWaits();
    });
    expect(await again).not.toBe(otherId);
    expect(await stateOf(await again)).toBe("PENDING");
  });

  /** Content that only a version needed which was given up: marked by the first look, and due. */
  const forsaken = async (text: string): Promise<void> => {
    const id = await begin();
    await fill(services, viewer, id, { files: { "a.txt": text } });
    await age(8);
    await remove();
    await sweepContent(services, 7 * day, going);
    await age(8);
    expect(await isKept(text)).toBe(true);
  };

  it("content that is being removed is not promised to a new version: it is uploaded anew, and committed", async () => {
    await forsaken("meets its removal");
    const id = await begin();
    let answer: Promise<{ uploadUrl: string | null }[]> = Promise.resolve([]);
    await database.db.transaction(async (removal) => {
      expect(await removeUnused(removal, entityId, [hexMd5("meets its removal")], 7 * day)).toHaveLength(1);
      answer = announce(id, "meets its removal");
      await someoneWaits();
    });
    expect((await answer)[0]?.uploadUrl).toEqual(expect.any(String));
    await fill(services, viewer, id, { files: { "a.txt": "meets its removal" } });
    await commitArtifact(services, viewer, id);
    await age(8);
    await sweepContent(services, 7 * day, going);
    expect(await isKept("meets its removal")).toBe(true);
  });

  it("content that a commit claims just now is passed by, and stays with the version", async () => {
    await forsaken("claimed just now");
    const id = await begin();
    await database.db.transaction(async (commit) => {
      expect(await claimOrMissBlobs(commit, entityId, [hexMd5("claimed just now")], 5)).toEqual([]);
      expect(await withoutWaiting((tx) => removeUnused(tx, entityId, [hexMd5("claimed just now")], 7 * day))).toEqual([]);
    });
    expect(await removeUnused(database.db, entityId, [hexMd5("claimed just now")], 7 * day)).toEqual([]);
    // And one that was promised the content goes on without uploading it.
    expect((await announce(id, "claimed just now"))[0]?.uploadUrl).toBeNull();
    const manifest = manifestText({ "a.txt": "claimed just now" });
    await upload(await announceManifest(id, manifest), manifest);
    await sweepContent(services, 7 * day, going);
    expect(await commitArtifact(services, viewer, id)).toMatchObject({ state: "COMMITTED" });
    expect(await isKept("claimed just now")).toBe(true);
  });
});
