import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFolderObjectStore } from "../../adapters/object-store-folder/folder-object-store.ts";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { systemClock } from "../../kit/clock.ts";
import { systemRandom } from "../../kit/random.ts";
import { objectKey } from "../../ports/object-store/port.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import { commitArtifact, createArtifact, createArtifactFiles, createArtifactManifest, deleteArtifact, findBlobContent, openContent, receiveManifest, sweepContent } from "../artifacts/index.ts";
import { base64Md5, fill, hexMd5, manifestText, newVersion, uploadOf } from "../artifacts/testing/artifact-bench.ts";
import { deleteProject } from "../projects/index.ts";
import { announceRunFiles, readHistory, receiveReport, storeRunFile, upsertRun } from "../runs/index.ts";
import type { Services } from "../services.ts";
import { removeHistories } from "./remove-histories.ts";
import { sweepObjects } from "./sweep-objects.ts";

let database: TestDatabase;
let services: Services;
let viewer: Viewer;
let entityId: number;
let folder: string;
const going = new AbortController().signal;
const day = 86_400_000;

beforeAll(async () => {
  database = await createTestDatabase();
  viewer = await insertUser(database.db, "ada");
  entityId = (await insertTeam(database.db, "org", "team")).teamEntityId;
  await addMember(database.db, entityId, viewer, "admin");
  folder = await mkdtemp(join(tmpdir(), "bellhop-sweep-"));
  services = testServices(database.db, { objects: await openFolderObjectStore({ root: folder, clock: systemClock, random: systemRandom }) });
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Makes the rows look as if so much time had passed; objects get old by being asked about with a small age. */
const age = async (days: number): Promise<void> => {
  for (const statement of [
    "update artifact_blobs set created_at = created_at - $1 * interval '1 day', unused_since = unused_since - $1 * interval '1 day'",
    "update artifacts set updated_at = updated_at - $1 * interval '1 day'",
    "update runs set created_at = created_at - $1 * interval '1 day', heartbeat_at = heartbeat_at - $1 * interval '1 day'",
  ]) await database.db.query(sql("", statement), [days]);
};
const contentOf = async (text: string): Promise<boolean> => {
  const content = await findBlobContent(services, entityId, hexMd5(text));
  const opened = content === null ? null : await openContent(services, content, undefined);
  opened?.body.destroy();
  return opened !== null;
};
let versions = 0;
const log = async (files: Record<string, string>, project = "vision"): Promise<number> => {
  versions += 1;
  const { artifactId } = await createArtifact(services, viewer, newVersion({ entity: "team", project, digest: `d${versions}`, aliases: [] }));
  await fill(services, viewer, artifactId, { files });
  await commitArtifact(services, viewer, artifactId);
  return artifactId;
};
const listed = async (): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of services.objects.list()) keys.push(key);
  return keys;
};
const twoLooks = async (): Promise<void> => {
  await age(8);
  await sweepContent(services, 7 * day, going);
  await age(8);
  await sweepContent(services, 7 * day, going);
};

describe("content that no version needs", () => {
  it("goes with its object once the version is deleted, and not what another version shares", async () => {
    const gone = await log({ "a.txt": "only here", "b.txt": "shared" });
    await log({ "b.txt": "shared" });
    await deleteArtifact(services, viewer, { artifactId: gone, deleteAliases: true });
    await twoLooks();
    expect(await contentOf("only here")).toBe(false);
    expect((await listed()).some((key) => key.includes(hexMd5("only here")))).toBe(false);
    expect(await contentOf("shared")).toBe(true);
  });

  it("goes when its project is deleted, but no object before its time", async () => {
    await log({ "p.txt": "of the project" }, "doomed");
    const [project] = await database.db.query<{ id: number }>(sql("test_sweep_project", "select id from projects where name = 'doomed'"), []);
    await deleteProject(services, viewer, { id: project?.id ?? 0 });
    await sweepContent(services, 7 * day, going);
    await sweepObjects(services, 7 * day, going);
    expect(await contentOf("of the project")).toBe(true);
    await twoLooks();
    expect(await contentOf("of the project")).toBe(false);
  });

  it("stays when a version that is being made relies on it between the looks, even if it is not committed", async () => {
    await deleteArtifact(services, viewer, { artifactId: await log({ "c.txt": "wanted again" }), deleteAliases: true });
    await age(8);
    await sweepContent(services, 7 * day, going);
    await age(8);
    const { artifactId } = await createArtifact(services, viewer, newVersion({ entity: "team", digest: "again", aliases: [] }));
    const [file] = await createArtifactFiles(services, viewer, [{ artifactId, name: "c.txt", md5Base64: base64Md5("wanted again") }]);
    expect(file?.uploadUrl).toBeNull();
    await sweepContent(services, 7 * day, going);
    expect(await contentOf("wanted again")).toBe(true);
    const text = manifestText({ "c.txt": "wanted again" });
    const { manifest } = await createArtifactManifest(services, viewer, { artifactId, baseArtifactId: null, digest: base64Md5(text), kind: "FULL" });
    await receiveManifest(services, { manifestId: manifest.id, objectKey: manifest.object_key }, uploadOf(text));
    await commitArtifact(services, viewer, artifactId);
    await twoLooks();
    expect(await contentOf("wanted again")).toBe(true);
  });

  it("is told apart only where every manifest can be read: otherwise nothing of the entity goes", async () => {
    await deleteArtifact(services, viewer, { artifactId: await log({ "d.txt": "unknown fate" }), deleteAliases: true });
    const broken = await log({ "e.txt": "of a lost manifest" });
    const [manifest] = await database.db.query<{ object_key: string }>(sql("test_sweep_manifest", "select object_key from artifact_manifests where artifact_id = $1"), [broken]);
    await services.objects.delete(objectKey(...(manifest?.object_key.split("/") as [string, ...string[]])));
    // Another store object: what was read is in memory.
    services = { ...services, objects: await openFolderObjectStore({ root: folder, clock: systemClock, random: systemRandom }) };
    await twoLooks();
    expect(await contentOf("unknown fate")).toBe(true);
    await database.db.query(sql("test_sweep_forget", "update artifacts set state = 'DELETED' where id = $1"), [broken]);
    await twoLooks();
    expect(await contentOf("unknown fate")).toBe(false);
  });
});

describe("objects that no row names", () => {
  it("go, those of deleted runs and versions and of interrupted uploads alike; what is named, young or not ours stays", async () => {
    const { run } = await upsertRun(services, viewer, { entity: "team", project: "files", name: "r", state: null }, {
      displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null,
    });
    const [file] = (await announceRunFiles(services, viewer, { entity: "team", project: "files", run: "r", names: ["a.txt"] })).files;
    await storeRunFile(services, file?.id ?? 0, { ...uploadOf("kept"), md5Base64: null, mimeType: null });
    const version = await log({ "f.txt": "kept content" });
    const before = await listed();
    const gone = await log({ "g.txt": "of a deleted version" });
    await deleteArtifact(services, viewer, { artifactId: gone, deleteAliases: true });
    const put = (...segments: [string, ...string[]]): Promise<unknown> => services.objects.put(objectKey(...segments), uploadOf("x").body, { maxBytes: 1 });
    await put("runs", String(run.id), "0190-interrupted");
    await put("runs", "999999", "of-a-deleted-run");
    await put("artifact-blobs", String(entityId), "aa", `${"a".repeat(32)}.0190`);
    await put("backups", "not-ours");
    expect(await sweepObjects(services, day, going)).toBe(0);
    await age(8);
    await sweepObjects(services, -1_000, going);
    const after = await listed();
    expect(after.filter((key) => !before.includes(key)).sort()).toEqual([expect.stringContaining(`/${hexMd5("of a deleted version")}.`), "backups/not-ours"]);
    const named = before.filter((key) => key.startsWith("runs/") || key.includes(`/${version}/`) || key.includes(hexMd5("kept content")));
    expect(named).toHaveLength(3);
    expect(after).toEqual(expect.arrayContaining(named));
  });
});

describe("histories", () => {
  const report = (run: string, offset: number, steps: readonly number[], ended: boolean): Promise<unknown> => receiveReport(services, viewer, { entity: "team", project: "hist", run }, {
    history: { offset, lines: steps.map((step) => ({ text: JSON.stringify({ _step: step, loss: step }), value: { _step: step, loss: step } })) },
    events: null, output: { offset, lines: steps.map((step) => `line ${step}`) }, summary: null, ended: ended ? { exitCode: 0 } : null, preempting: false,
  });
  const start = (name: string): ReturnType<typeof upsertRun> => upsertRun(services, viewer, { entity: "team", project: "hist", name, state: null }, {
    displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null,
  });
  const linesOf = async (run: { id: number }): Promise<number> => (await database.db.query<{ count: number }>(sql("test_sweep_lines", "select coalesce(sum(line_count), 0) as count from run_line_chunks where run_id = $1"), [run.id]))[0]?.count ?? -1;
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

  it("go with a run's age; the run stays, and one that still runs keeps its lines", async () => {
    const [old, alive] = [(await start("old")).run, (await start("alive")).run];
    await report("old", 0, range(0, 50), true);
    await report("alive", 0, range(0, 50), false);
    await age(31);
    expect(await removeHistories(services, 30 * day, going), "counts what it removed, and not what it looked at").toBe(1);
    expect(await removeHistories(services, 30 * day, going)).toBe(0);
    expect(await linesOf(old)).toBe(0);
    expect(await linesOf(alive)).toBe(100);
    expect(await readHistory(services, old, "history", { samples: 100, minStep: null, maxStep: null })).toEqual([]);
  });

  it("of a run that is resumed go on where they were, and age anew", async () => {
    const { run } = await start("again");
    await report("again", 0, range(0, 10), true);
    await age(31);
    await removeHistories(services, 30 * day, going);
    expect(await linesOf(run)).toBe(0);
    await report("again", 10, range(10, 15), true);
    const read = await readHistory(services, run, "history", { samples: 100, minStep: null, maxStep: null });
    expect(read.map((line) => JSON.parse(line)._step)).toEqual([10, 11, 12, 13, 14]);
    await removeHistories(services, 30 * day, going);
    expect(await linesOf(run)).toBe(10);
    await age(31);
    await removeHistories(services, 30 * day, going);
    expect(await linesOf(run)).toBe(0);
  });
});
