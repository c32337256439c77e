import { mkdir, open, rename, rm, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import type { Clock } from "../../kit/clock.ts";
import { hasCode, nullFor } from "../../kit/error-code.ts";
import type { Random } from "../../kit/random.ts";
import { syncFolder } from "../../kit/sync-folder.ts";
import { clampRange, type ByteRange, type Expected, type ObjectKey, type ObjectStore, type PutResult, type StoredObject } from "../../ports/object-store/port.ts";
import { receive } from "../../ports/object-store/receive.ts";
import { durableFolders } from "./durable-folders.ts";
import { incomingNames, removeLeftovers } from "./incoming.ts";
import { listObjects } from "./list-objects.ts";

const missing = ["ENOENT", "ENOTDIR"] as const;
const nullWhenMissing = nullFor(...missing);

export type FolderObjectStoreOptions = {
  /** Made if it is not there. `objects/` below it holds each object under its key, so that the folder can be copied to S3. */
  root: string;
  clock: Clock;
  random: Random;
};

/** An object store in a local folder. Several processes may open one folder. Throws when the folder can't be used. */
export async function openFolderObjectStore(options: FolderObjectStoreOptions): Promise<ObjectStore> {
  const root = resolve(options.root);
  const objects = join(root, "objects");
  const incoming = join(root, "incoming");
  for (const folder of [objects, incoming]) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const folder of [root, dirname(root)]) await syncFolder(folder);
  await removeLeftovers(incoming, options.clock);

  const names = incomingNames(incoming, options.random);
  const makeFolder = durableFolders(objects);
  const pathOf = (key: ObjectKey): string => join(objects, key);
  return {
    async put(key, body, expected) {
      const temporary = names.next();
      try {
        const result = await writeDurably(temporary, body, expected);
        if (result.ok) await giveName(temporary, pathOf(key), makeFolder);
        return result;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    get: async (key, range) => readFrom(pathOf(key), range),
    async head(key) {
      const found = await stat(pathOf(key)).catch(nullWhenMissing);
      return found?.isFile() === true ? { sizeBytes: found.size } : null;
    },
    delete: async (key) => removeDurably(pathOf(key)),
    list: () => listObjects(objects),
    close: async () => undefined,
  };
}

/** Writes the body to a new file and, when it is as expected, has the disk confirm it. */
async function writeDurably(path: string, body: AsyncIterable<Uint8Array>, expected: Expected): Promise<PutResult> {
  const file = await open(path, "wx", 0o600);
  try {
    const result = await receive(body, expected, (chunk) => writeAll(file, chunk));
    if (result.ok) await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

/** One write may take only a part, when the disk is nearly full for instance. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) written += (await file.write(chunk, written)).bytesWritten;
}

async function giveName(temporary: string, path: string, makeFolder: (path: string) => Promise<void>): Promise<void> {
  await makeFolder(dirname(path));
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

async function readFrom(path: string, asked: ByteRange | undefined): Promise<StoredObject | null> {
  const file = await open(path, "r").catch(nullWhenMissing);
  if (file === null) return null;
  try {
    const found = await file.stat();
    const range = found.isFile() ? clampRange(found.size, asked) : null;
    if (range !== null) return { body: file.createReadStream(range), sizeBytes: found.size, range };
    await file.close();
    return found.isFile() ? { body: Readable.from([]), sizeBytes: found.size, range } : null;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function removeDurably(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (isMissing(error) || (await isFolder(path))) return undefined;
    throw error;
  }
  await syncFolder(dirname(path));
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(nullWhenMissing))?.isDirectory() === true;

const isMissing = (error: unknown): boolean => hasCode(error, ...missing);
