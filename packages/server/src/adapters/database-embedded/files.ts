import { open, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { codeOf } from "./errors.ts";

/** What `stat` says, or undefined where there is nothing. Other failures (permission, I/O) are thrown. */
export async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes what was written to a file, or renamed within a folder, survive a power failure. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
