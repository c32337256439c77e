import { link, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { isRecord, parseJson } from "../../kit/cast.ts";
import type { Random } from "../../kit/random.ts";
import { codeOf, EmbeddedDatabaseError } from "./errors.ts";
import { sightProcess } from "./process-sighting.ts";

export type DataFolderLock = { release(): Promise<void> };

/** `token` is different for every lock ever taken, so that a lock can be told from its successor. */
type Holder = { pid: number; started: string; token: string };

/**
 * Makes this process the only one that works on the folder, until `release` or its death.
 * Throws `folder-in-use` with the holder's process id. A lock whose process has died is taken over.
 */
export async function lockDataFolder(folder: string, random: Random): Promise<DataFolderLock> {
  const me = await sightProcess(process.pid);
  const own: Holder = { pid: process.pid, started: me.kind === "running" ? me.started : "", token: random.bytes(12).toString("hex") };
  const path = join(folder, "bellhop.lock");
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o644 });
  try {
    await acquire(path, draft, folder);
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => release(path, own) };
}

/**
 * Node has no flock(), so the lock is a file that appears complete or not at all: a hard link to a finished draft.
 * To replace the file of a dead holder, a process must first hold a second lock, named after that holder's token.
 * Whoever holds it and still finds the dead holder's file is the only one who may replace it; two processes that
 * find the same dead holder can therefore never both succeed.
 */
async function acquire(path: string, draft: string, folder: string): Promise<void> {
  for (;;) {
    if (await createdAs(path, draft)) return;
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (await isAlive(holder)) throw inUse(folder, holder.pid);
    const claim = `${path}.after-${holder.token}`;
    await acquire(claim, draft, folder);
    try {
      if ((await readHolder(path))?.token === holder.token) {
        // rename() does nothing when both names are links to one file, which draft and claim are: hence a fresh copy.
        const fresh = `${draft}.fresh`;
        await writeFile(fresh, await readFile(draft), { mode: 0o644 });
        await rename(fresh, path);
        return;
      }
    } finally {
      await rm(claim, { force: true });
    }
  }
}

async function createdAs(path: string, draft: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Who holds the lock; undefined when it has just been released. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return parseHolder(await readFile(path, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A file that can't be read as a lock was torn by a power failure: nobody alive holds it. */
function parseHolder(text: string): Holder {
  const torn: Holder = { pid: 0, started: "", token: createHash("sha256").update(text).digest("hex").slice(0, 24) };
  try {
    const value = parseJson(text);
    if (!isRecord(value)) return torn;
    const { pid, started, token } = value;
    return typeof pid === "number" && typeof started === "string" && typeof token === "string" && /^[0-9a-f]{1,64}$/.test(token) ? { pid, started, token } : torn;
  } catch (error) {
    if (error instanceof SyntaxError) return torn;
    throw error;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  const seen = await sightProcess(holder.pid);
  switch (seen.kind) {
    case "gone": return false;
    case "hidden": return true;
    case "running": return seen.started === holder.started;
  }
}

async function release(path: string, own: Holder): Promise<void> {
  if ((await readHolder(path))?.token === own.token) await unlink(path);
}

const inUse = (folder: string, pid: number): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError("folder-in-use", `The data folder ${folder} is in use by process ${pid}. Stop that server first, or give this one another data folder.`);
