import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../../domain/viewer.ts";
import type { RunFileRow, RunRow } from "../../features/runs/index.ts";
import { announceRunFiles, countFilesOfRun, deleteRun, deleteRunFiles, listRunFiles, runFilesHaveArrived, upsertRun } from "../../features/runs/index.ts";
import { runServices } from "../../features/runs/testing/run-services.ts";
import type { Services } from "../../features/services.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { runFileLink } from "./run-files-link.ts";
import { runFileRoutes } from "./run-files.ts";

const limit = 1 << 20;

let database: TestDatabase;
let services: Services;
let app: FastifyInstance;
let viewer: Viewer;
let run: RunRow;

beforeAll(async () => {
  database = await createTestDatabase();
  viewer = await insertUser(database.db, "mia");
  app = fastify();
  services = runServices(database.db, { runFileBytes: limit });
  await runFileRoutes(app, { services });
  await app.listen({ host: "127.0.0.1", port: 0 });
  services.publicUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  run = await newRun("r");
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function newRun(name: string): Promise<RunRow> {
  const none = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
  return (await upsertRun(services, viewer, { entity: "mia", project: "p", name, state: null }, none)).run;
}

const path = (names: string[], of = run): { entity: string; project: string; run: string; names: string[] } => ({ entity: "mia", project: "p", run: of.name, names });

async function announce(name: string, of = run): Promise<RunFileRow> {
  return (await announceRunFiles(services, viewer, path([name], of))).files[0] as RunFileRow;
}

const put = (file: RunFileRow, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> => fetch(runFileLink(services, "PUT", file.id), { method: "PUT", body, headers });
const get = (file: RunFileRow): Promise<Response> => fetch(runFileLink(services, "GET", file.id));
const listed = (of = run): Promise<RunFileRow[]> => listRunFiles(services, of, { names: [], pattern: null, limit: 100, offset: 0 });

describe("a run's file", () => {
  it("comes back as it was sent, as an attachment, with size and digest in the list", async () => {
    const bytes = randomBytes(300_000);
    const file = await announce("media/images/a b'(1).png");
    expect(await listed()).toEqual([]);
    expect(await runFilesHaveArrived(services, viewer, path([file.name]))).toBe(false);
    expect((await put(file, bytes, { "content-type": "image/png" })).status).toBe(200);
    const answer = await get(file);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-length": "300000",
      "content-disposition": "attachment; filename*=UTF-8''a%20b%27%281%29.png",
      "x-content-type-options": "nosniff",
    });
    expect(await listed()).toMatchObject([{ name: file.name, size_bytes: 300_000, md5_base64: createHash("md5").update(bytes).digest("base64"), mime_type: "image/png" }]);
    expect(await runFilesHaveArrived(services, viewer, path([file.name]))).toBe(true);
    expect(await countFilesOfRun(services, run)).toBe(1);
  });

  it("may be JSON, empty, or sent without a content type, and is never parsed", async () => {
    const file = await announce("wandb-summary.json");
    expect((await put(file, "{not json", { "content-type": "application/json" })).status).toBe(200);
    expect(await (await get(file)).text()).toBe("{not json");
    expect((await put(file, new Uint8Array(0))).status).toBe(200);
    expect(await (await get(file)).text()).toBe("");
  });

  it("is replaced by a second upload, whose predecessor is removed", async () => {
    const file = await announce("twice.txt");
    await put(file, "first");
    const before = (await listRunFiles(services, run, { names: ["twice.txt"], pattern: null, limit: 1, offset: 0 }))[0]?.object_key ?? "";
    const again = await announce("twice.txt");
    expect(again.id).toBe(file.id);
    await put(again, "second");
    expect(await (await get(file)).text()).toBe("second");
    expect(isObjectKey(before) && (await services.objects.head(before))).toBeNull();
  });

  it("is refused over the limit, and with a digest that does not fit; what was there stays", async () => {
    const file = await announce("limited.bin");
    await put(file, "before");
    const large = await put(file, Buffer.alloc(limit + 1));
    expect([large.status, await large.json()]).toEqual([413, { error: `A file may have at most ${limit} bytes.` }]);
    expect((await put(file, "x", { "content-md5": createHash("md5").update("y").digest("base64") })).status).toBe(422);
    expect(await (await get(file)).text()).toBe("before");
  });

  it("is refused over the limit when its size was not announced", async () => {
    const file = await announce("chunked.bin");
    const answer = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(runFileLink(services, "PUT", file.id), { method: "PUT" }, (received) => {
        received.resume();
        resolve(received.statusCode ?? 0);
      });
      sending.on("error", reject);
      for (let part = 0; part < 20; part += 1) sending.write(Buffer.alloc(100_000));
      sending.end();
    });
    expect(answer).toBe(413);
  });

  it("is not stored when its upload breaks off", async () => {
    const file = await announce("broken.bin");
    const closed = new Promise<void>((resolve) => app.server.once("request", (_request, response) => response.once("close", resolve)));
    const sending = httpRequest(runFileLink(services, "PUT", file.id), { method: "PUT", headers: { "content-length": 1_000 } });
    sending.on("error", () => undefined);
    sending.write("half", () => sending.destroy());
    await closed;
    expect((await get(file)).status).toBe(404);
  });

  it("is found by name and by pattern", async () => {
    const names = async (listing: { names?: string[]; pattern?: string }): Promise<string[]> =>
      (await listRunFiles(services, run, { names: listing.names ?? [], pattern: listing.pattern ?? null, limit: 100, offset: 0 })).map(({ name }) => name);
    expect(await names({ names: ["twice.txt", "nothing"] })).toEqual(["twice.txt"]);
    expect(await names({ pattern: "%.txt" })).toEqual(["twice.txt"]);
    expect(await names({ pattern: "x\\" })).toEqual([]);
  });

  it("goes with its run, and by itself", async () => {
    const other = await newRun("other");
    const file = await announce("a.txt", other);
    await put(file, "a");
    const key = (await listed(other))[0]?.object_key ?? "";
    const second = await announce("b.txt", other);
    await put(second, "b");
    await deleteRunFiles(services, viewer, [second.id]);
    expect((await get(second)).status).toBe(404);
    await deleteRun(services, viewer, other.id);
    expect((await get(file)).status).toBe(404);
    expect(isObjectKey(key) && (await services.objects.head(key))).toBeNull();
    expect((await put(file, "late")).status).toBe(404);
  });

  it("cannot have a name that leads out of a folder", async () => {
    await expect(announceRunFiles(services, viewer, path(["ok", "../x"]))).rejects.toThrow(/files\[1\]/);
  });
});

describe("a link", () => {
  it("opens only its own file, for its own method, until it expires", async () => {
    const file = await announce("linked.txt");
    const other = await announce("other.txt");
    await put(file, "x");
    const link = runFileLink(services, "GET", file.id);
    expect((await fetch(link, { method: "PUT", body: "y" })).status).toBe(403);
    expect((await fetch(link.replace(`/${file.id}?`, `/${other.id}?`))).status).toBe(403);
    expect((await fetch(link.replace(`/${file.id}?`, `/0${file.id}?`))).status).toBe(403);
    expect((await fetch(link.split("?")[0] ?? "")).status).toBe(403);
    const past = { ...services, clock: { ...services.clock, now: () => new Date(services.clock.now().getTime() - 25 * 3_600_000) } };
    const old = await fetch(runFileLink(past, "GET", file.id));
    expect([old.status, await old.json()]).toEqual([403, { error: "The link has expired; ask for a new one." }]);
  });
});
