import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, nullFor } from "../../kit/error-code.ts";
import type { Log } from "../../kit/log.ts";
import type { Random } from "../../kit/random.ts";
import { syncFolder } from "../../kit/sync-folder.ts";
import { writeKey } from "./key-encryption-key.ts";

export const keyFileName = "secret.key";
/** The key that a rotation is about to bring in, and the one that it replaced. */
export const nextKeyFileName = "secret.key.next";
export const previousKeyFileName = "secret.key.previous";

export type KeyFile = { folder: string; name: string; random: Random; log: Log };

/**
 * The text of the key file. When there is no such file, one is made with a new key, readable by its owner
 * only; of several processes that start at once all get the same. An existing file is never written to.
 */
export async function readOrMakeKeyFile({ folder, name, random, log }: KeyFile): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = (await stat(path).catch(nullFor("ENOENT"))) === null && (await makeKeyFile(folder, path, random));
  if (made) log.info({ path }, "made a key-encryption key; without this file the stored secrets can't be read, so back it up apart from the database");
  if (((await stat(path)).mode & 0o077) !== 0) log.warn({ path }, "others can read the key-encryption key: chmod 600 it");
  return readFile(path, "utf8");
}

/** A link gives the whole file its name or fails when the name is taken: no process ever reads half a key. */
async function makeKeyFile(folder: string, path: string, random: Random): Promise<boolean> {
  const temporary = `${path}.${random.bytes(8).toString("hex")}`;
  try {
    await writeSynced(temporary, `${writeKey(random.bytes)}\n`);
    const taken = await link(temporary, path).then(() => false, trueFor("EEXIST"));
    await syncFolder(folder);
    return !taken;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const trueFor = (code: string) => (error: unknown): true => {
  if (hasCode(error, code)) return true;
  throw error;
};
