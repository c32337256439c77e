import { execFile } from "node:child_process";
import { lchown, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isRecord } from "../../kit/cast.ts";
import { EmbeddedDatabaseError } from "./errors.ts";
import { statIfPresent, syncToDisk } from "./files.ts";
import { clusterOf, type Place } from "./place.ts";
import { childEnvironment } from "./settings.ts";

/** PostgreSQL's own administrator; the application connects as a role with fewer rights. */
export const administrator = "postgres";

const draftPrefix = "postgres-initialising-";

/**
 * Creates the cluster if there is none. It is built under another name and renamed when it is complete and on disk, so
 * that a start which was killed half way leaves nothing that the next one could mistake for a database.
 */
export async function initialiseCluster(place: Place, bin: string, token: string): Promise<"created" | "present"> {
  await dropDrafts(place.folder);
  if ((await statIfPresent(clusterOf(place.folder))) !== undefined) return "present";
  const draft = join(place.folder, `${draftPrefix}${token}`);
  await mkdir(draft, { mode: 0o700 });
  if (place.runAs !== undefined) await lchown(draft, place.runAs.uid, place.runAs.gid);
  await runInitdb(join(bin, "initdb"), draft, place);
  await rename(draft, clusterOf(place.folder));
  await syncToDisk(place.folder);
  return "created";
}

/** Refuses a cluster of another major version, which these binaries can't open. Throws `wrong-version`. */
export async function checkMajorVersion(cluster: string, version: string): Promise<void> {
  const [found, ours] = [(await readFile(join(cluster, "PG_VERSION"), "utf8")).trim(), version.split(".")[0]];
  if (found === ours) return;
  throw new EmbeddedDatabaseError("wrong-version", `The database in ${cluster} was made by PostgreSQL ${found}; this release brings PostgreSQL ${String(ours)}. Dump it with the release that made it and restore it into a new data folder.`);
}

async function dropDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(drafts.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/**
 * `trust`, because the socket's folder is the guard: only the account that runs PostgreSQL, and root, can enter it
 * (0700). Both can read the tables' files, and any password file of ours, without asking the server; a password
 * would add a secret to lose and keep nobody out. There is no network address to guard.
 *
 * The built-in C.UTF-8 locale sorts by code point, knows every letter's case, and is the same on every machine: an
 * index can't go wrong with an update of the system's libraries. The system need not have such a locale.
 */
async function runInitdb(initdb: string, draft: string, place: Place): Promise<void> {
  const options = ["--username", administrator, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums", "--pgdata", draft];
  try {
    await promisify(execFile)(initdb, options, { ...place.runAs, cwd: place.folder, env: childEnvironment });
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const said = isRecord(error) && typeof error["stderr"] === "string" ? error["stderr"].trim() : "";
    throw new EmbeddedDatabaseError("initialisation-failed", `PostgreSQL could not create its files in ${place.folder}: ${said === "" ? String(error) : said}`, { cause: error });
  }
}
