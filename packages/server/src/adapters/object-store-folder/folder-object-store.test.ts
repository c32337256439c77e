import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../kit/clock.ts";
import { systemRandom } from "../../kit/random.ts";
import { objectStoreConformance } from "../../ports/object-store/conformance.ts";
import { objectKey, type ObjectStore } from "../../ports/object-store/port.ts";
import { openFolderObjectStore } from "./folder-object-store.ts";

const folders: string[] = [];

async function newRoot(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "objects-"));
  folders.push(folder);
  return join(folder, "store");
}

async function cleanUp(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

const openAt = (root: string): Promise<ObjectStore> => openFolderObjectStore({ root, clock: systemClock, random: systemRandom });
const filesIn = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

async function* bodyOf(...parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

objectStoreConformance("a local folder", { open: async () => openAt(await newRoot()), cleanUp });

describe("the files of a folder object store", () => {
  afterEach(cleanUp);

  it("stand under their keys, readable by their owner only, with nothing beside them", async () => {
    const root = await newRoot();
    const store = await openAt(root);
    await store.put(objectKey("runs", "r1", "a.txt"), bodyOf("x"), { maxBytes: 1 });
    await store.put(objectKey("runs", "r1", "b.txt"), bodyOf("xy"), { maxBytes: 1 });
    expect(await filesIn(root)).toEqual(["objects/runs/r1/a.txt"]);
    expect((await stat(join(root, "objects/runs/r1/a.txt"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "objects/runs"))).mode & 0o777).toBe(0o700);
  });

  it("are found again by the next process", async () => {
    const root = await newRoot();
    await (await openAt(root)).put(objectKey("a"), bodyOf("x"), { maxBytes: 1 });
    expect(await (await openAt(root)).head(objectKey("a"))).toEqual({ sizeBytes: 1 });
  });

  it("are left alone when the folder of a new object can't be made", async () => {
    const root = await newRoot();
    const store = await openAt(root);
    await store.put(objectKey("a"), bodyOf("x"), { maxBytes: 1 });
    await expect(store.put(objectKey("a", "b"), bodyOf("y"), { maxBytes: 1 })).rejects.toThrow();
    expect(await filesIn(root)).toEqual(["objects/a"]);
  });

  it("keep their folder usable when an operator removes empty ones", async () => {
    const root = await newRoot();
    const store = await openAt(root);
    await store.put(objectKey("a", "b"), bodyOf("x"), { maxBytes: 1 });
    await rm(join(root, "objects"), { recursive: true });
    expect(await store.put(objectKey("a", "b"), bodyOf("y"), { maxBytes: 1 })).toMatchObject({ ok: true });
  });
});

describe("a server killed in the middle of uploads", () => {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await cleanUp();
  });

  it("leaves what was acknowledged, no half object, and nothing at all after the next start", async () => {
    const root = await newRoot();
    const child = spawn(process.execPath, [join(import.meta.dirname, "testing/put-and-hang.ts"), root], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    for await (const line of createInterface(child.stdout)) if (line === "half") break;
    expect((await filesIn(root)).filter((name) => name.startsWith("incoming/"))).toHaveLength(2);

    const besideIt = await openAt(root);
    expect((await filesIn(root)).filter((name) => name.startsWith("incoming/")), "uploads of a living process").toHaveLength(2);
    expect(await besideIt.head(objectKey("kept", "half"))).toBeNull();

    child.kill("SIGKILL");
    await once(child, "exit");
    const store = await openAt(root);
    expect(await filesIn(root)).toEqual(["objects/kept/whole"]);
    const whole = await store.get(objectKey("kept", "whole"));
    expect(whole && (await text(whole.body))).toBe("all of it");
    expect(await store.get(objectKey("kept", "half"))).toBeNull();
  });

  it("on another machine loses its leftovers only when they are a day old", async () => {
    const root = await newRoot();
    await openAt(root);
    const [fresh, old] = [join(root, "incoming/0123456789ab.7.00.0"), join(root, "incoming/0123456789ab.7.00.1")];
    for (const path of [fresh, old]) await writeFile(path, "half");
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await openAt(root);
    expect(await filesIn(root)).toEqual(["incoming/0123456789ab.7.00.0"]);
  });
});

describe("an upload over HTTP", () => {
  afterEach(cleanUp);

  async function uploadServer(store: ObjectStore, maxBytes: number): Promise<{ port: number; outcome: Promise<unknown>; close(): void }> {
    const outcome = Promise.withResolvers<unknown>();
    const server = createServer((request, response) => {
      store.put(objectKey("upload"), request, { maxBytes }).then(
        (result) => {
          request.resume();
          response.writeHead(result.ok ? 200 : 413).end();
          outcome.resolve(result);
        },
        (error: unknown) => outcome.resolve(error),
      );
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return { port: address.port, outcome: outcome.promise, close: () => void server.close() };
  }

  it("that is too large is answered, and the connection serves the next request", async () => {
    const server = await uploadServer(await openAt(await newRoot()), 1000);
    const socket = connect(server.port, "127.0.0.1");
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    const nextStatus = async (): Promise<string> => {
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) if (line.value.startsWith("HTTP/1.1")) return line.value;
      return "closed";
    };
    const putRequest = (size: number): string => `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n${"x".repeat(size)}`;
    socket.write(putRequest(2_000_000));
    expect(await nextStatus()).toBe("HTTP/1.1 413 Payload Too Large");
    socket.write(putRequest(10));
    expect(await nextStatus()).toBe("HTTP/1.1 200 OK");
    socket.destroy();
    server.close();
  });

  it("that breaks off leaves nothing", async () => {
    const root = await newRoot();
    const server = await uploadServer(await openAt(root), 1_000_000);
    const socket = connect(server.port, "127.0.0.1", () => socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n${"x".repeat(4000)}`, () => socket.resetAndDestroy()));
    socket.on("error", () => undefined);
    expect(await server.outcome).toBeInstanceOf(Error);
    expect(await filesIn(root)).toEqual([]);
    server.close();
  });
});

describe("a folder that can't be used", () => {
  afterEach(cleanUp);

  it("is refused when the store is opened", async () => {
    const root = await newRoot();
    await writeFile(root, "a file");
    await chmod(root, 0o600);
    await expect(openAt(root)).rejects.toThrow();
  });
});
