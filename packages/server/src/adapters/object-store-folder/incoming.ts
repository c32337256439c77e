import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../kit/clock.ts";
import { hasCode } from "../../kit/error-code.ts";
import type { Random } from "../../kit/random.ts";

/** Longer than any upload lasts: a file untouched for so long belongs to nobody, wherever its process ran. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Where uploads are written before they get their name. Several servers may share the folder, so each file's name says
 * whose it is: machine, process, and one number per opening of the store, since process ids come back.
 */
export function incomingNames(folder: string, random: Random): { next(): string } {
  const owner = `${machine()}.${process.pid}.${random.bytes(8).toString("hex")}`;
  let count = 0;
  return { next: () => join(folder, `${owner}.${count++}`) };
}

/** Removes the uploads that killed processes have left. Call it before this process starts uploads of its own. */
export async function removeLeftovers(folder: string, clock: Clock): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (ownerIsGone(name) || (await isAbandoned(path, clock))) await rm(path, { force: true });
  }
}

function ownerIsGone(name: string): boolean {
  const [where, pid] = name.split(".");
  return where === machine() && /^[1-9]\d*$/.test(pid ?? "") && (Number(pid) === process.pid || !isRunning(Number(pid)));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

async function isAbandoned(path: string, clock: Clock): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  });
  return found !== null && clock.now().getTime() - found.mtimeMs > abandonedAfterMs;
}

const machine = (): string => createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
