import { readFile, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Stats } from "node:fs";

/** An account of the operating system that PostgreSQL runs as. */
export type Account = { uid: number; gid: number };

/** Whether we are root, as whom PostgreSQL refuses to run. */
export const runsAsRoot = (): boolean => process.getuid?.() === 0;

/** Finds an account by its name or its number. */
export async function findAccount(wanted: string | number, passwdFile = "/etc/passwd"): Promise<Account | undefined> {
  const column = typeof wanted === "string" ? 0 : 2;
  for (const line of (await readFile(passwdFile, "utf8")).split("\n")) {
    const fields = line.split(":");
    if (fields[column] !== String(wanted)) continue;
    // macOS writes nobody's number as -2, which is the same 32 bits.
    const account = { uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 };
    if (account.uid !== 0) return account;
  }
  return undefined;
}

/** Whether the account may pass through the folder and all folders above it. */
export async function canReach(folder: string, account: Account): Promise<boolean> {
  for (let each = await realpath(folder); ; each = dirname(each)) {
    if (!mayTraverse(await stat(each), account)) return false;
    if (each === dirname(each)) return true;
  }
}

function mayTraverse(folder: Stats, account: Account): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}
