import { chmod, constants, copyFile, link, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { isRecord, parseJson } from "../../kit/cast.ts";
import { codeOf } from "./errors.ts";
import { statIfPresent, syncToDisk } from "./files.ts";
import type { Binaries } from "./locate-binaries.ts";

const prefix = "postgres-runtime-";
const filesAtOnce = 32;

/**
 * Makes PostgreSQL runnable below `folder` and returns the path of its `bin`. Done once per version.
 *
 * The package can't be used where it lies: its library links are missing (they come from an install script, which we
 * don't run), the files may lie where the database's account can't reach, and the next `npm ci` removes them under a
 * running server. Hard links cost no space and survive that removal; where the system refuses them we copy.
 * Only the holder of the data folder's lock may call this.
 */
export async function materialiseRuntime(binaries: Binaries, folder: string, forOthers: boolean): Promise<string> {
  const runtime = join(folder, `${prefix}${binaries.version}`);
  if ((await statIfPresent(runtime)) === undefined) {
    const draft = `${runtime}.draft`;
    await rm(draft, { recursive: true, force: true });
    await fill(binaries.native, draft, forOthers);
    await rename(draft, runtime);
    await syncToDisk(folder);
  }
  return join(runtime, "bin");
}

/** Removes the runtimes of other versions, and drafts that were never finished. */
export async function dropOtherRuntimes(binaries: Binaries, folder: string): Promise<void> {
  const others = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name !== `${prefix}${binaries.version}`);
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function fill(native: string, draft: string, forOthers: boolean): Promise<void> {
  const entries = await readdir(native, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(native, join(entry.parentPath, entry.name))).filter(isNeeded);
  for (const each of new Set(["bin", ...files.map((file) => dirname(file))])) await mkdir(join(draft, each), { recursive: true, mode: 0o755 });
  const waiting = files.values();
  const carry = async (): Promise<void> => {
    for (const file of waiting) await place(join(native, file), join(draft, file), forOthers);
  };
  await Promise.all(Array.from({ length: filesAtOnce }, carry));
  for (const { source, target } of await readLinks(native)) {
    if (files.includes(source)) await symlink(relative(dirname(target), source), join(draft, target));
  }
}

/** Everything but what is only for building extensions. */
const isNeeded = (file: string): boolean => /^(bin|lib|share)\//.test(file) && !/\.a$|\/(pgxs|pkgconfig)\//.test(file);

async function place(source: string, target: string, forOthers: boolean): Promise<void> {
  if (!forOthers || isOpenToAll((await stat(source)).mode)) {
    if (await linked(source, target)) return;
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, 0o755);
  await syncToDisk(target);
}

/** Whether every account may read the file, and run it if its owner may. */
const isOpenToAll = (mode: number): boolean => (mode & 0o004) !== 0 && ((mode & 0o100) === 0 || (mode & 0o001) !== 0);

async function linked(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    // Another file system, someone else's file (fs.protected_hardlinks), too many links, or no hard links at all.
    if (["EXDEV", "EPERM", "EACCES", "EMLINK", "ENOTSUP", "ENOSYS"].includes(codeOf(error) ?? "")) return false;
    throw error;
  }
}

/** The links that the package's install script would have made, with paths relative to `native`. */
async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const list = parseJson(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(list)) return [];
  const withoutRoot = (path: unknown): string => String(path).replace(`${basename(native)}/`, "");
  return list.filter(isRecord).map((each) => ({ source: withoutRoot(each["source"]), target: withoutRoot(each["target"]) }));
}
