import { lchown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Place } from "./place.ts";

/** The port is only part of the socket's name: PostgreSQL listens on no network address. */
export const socketPort = 5432;

const prefix = "bellhop-pg-";
const insideFolder = (folder: string): string => join(folder, "postgres-socket");

/** Whether the system can address a socket in the folder: sun_path holds 104 bytes on macOS, 108 on Linux. */
export const socketPathFits = (folder: string): boolean => Buffer.byteLength(join(insideFolder(folder), `.s.PGSQL.${socketPort}`)) < 104;

/**
 * Makes a folder for the socket which only the account that PostgreSQL runs as, and root, can enter. Anew at each start:
 * a link that stood in its place would make root give some other folder away.
 */
export async function makeSocketFolder(place: Place): Promise<string> {
  if (!socketPathFits(place.folder)) return handOver(await mkdtemp(join(tmpdir(), prefix)), place);
  const folder = insideFolder(place.folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  return handOver(folder, place);
}

async function handOver(folder: string, place: Place): Promise<string> {
  if (place.runAs !== undefined) await lchown(folder, place.runAs.uid, place.runAs.gid);
  return folder;
}

/** Removes a socket folder that was made in the system's folder for temporary files; leaves any other alone. */
export async function dropTemporarySocketFolder(folder: string): Promise<void> {
  if (dirname(folder) === tmpdir() && basename(folder).startsWith(prefix)) await rm(folder, { recursive: true, force: true });
}
