import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord, parseJson } from "../../kit/cast.ts";
import { codeOf, EmbeddedDatabaseError } from "./errors.ts";
import { statIfPresent, syncToDisk } from "./files.ts";
import { clusterOf, type Place } from "./place.ts";
import { socketPathFits } from "./socket-folder.ts";
import { canReach, findAccount, runsAsRoot, type Account } from "./unprivileged-user.ts";

const locationFile = (dataDir: string): string => join(dataDir, "postgres-location.json");

/**
 * Chooses the place, the same one at every start: where the data already is, else the data folder itself, else (we are
 * root, and the data folder is closed to the account that PostgreSQL must run as) a folder of its own below `outside`.
 * `dataDir` must be a real path. Throws `data-missing`, `wrong-owner`, `folder-unreachable`, `no-unprivileged-account`.
 */
export async function choosePlace(dataDir: string, outside: string): Promise<Place> {
  const recorded = await readLocation(dataDir);
  const owner = await statIfPresent(clusterOf(recorded ?? dataDir));
  if (owner !== undefined) return existingPlace(recorded ?? dataDir, { uid: owner.uid, gid: owner.gid });
  if (recorded !== undefined) throw dataMissing(dataDir, recorded);
  if (!runsAsRoot()) return { folder: dataDir, runAs: undefined };
  const runAs = await chooseAccount(dataDir);
  if (socketPathFits(dataDir) && (await canReach(dataDir, runAs))) return { folder: dataDir, runAs };
  const folder = join(outside, createHash("sha256").update(dataDir).digest("hex").slice(0, 16));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if (!(await canReach(folder, runAs))) throw unreachable(folder, runAs);
  return { folder, runAs };
}

/** A server that went from root to another account, or back, must still find and open its tables. */
async function existingPlace(folder: string, owner: Account): Promise<Place> {
  if (runsAsRoot()) {
    if (!(await canReach(folder, owner))) throw unreachable(folder, owner);
    return { folder, runAs: owner };
  }
  if (owner.uid === process.getuid?.()) return { folder, runAs: undefined };
  throw new EmbeddedDatabaseError(
    "wrong-owner",
    `The database in ${clusterOf(folder)} belongs to user id ${owner.uid}, and this server runs as user id ${String(process.getuid?.())}. Start it as the user (or as root) that created the database, or give the folder to this user.`,
  );
}

/** Whose folder it is, if not root's: so that the same folder still works when its owner starts the server. */
async function chooseAccount(dataDir: string): Promise<Account> {
  const folder = await statIfPresent(dataDir);
  const owner = folder !== undefined && folder.uid !== 0 ? await findAccount(folder.uid) : undefined;
  const account = owner ?? (await findAccount("nobody"));
  if (account !== undefined) return account;
  throw new EmbeddedDatabaseError("no-unprivileged-account", `PostgreSQL can't run as root, and there is no account "nobody". Start the server as another user, or set BELLHOP_DATABASE_URL.`);
}

/** Notes in the data folder that its database is elsewhere. Call it once the cluster is there. */
export async function rememberPlace(dataDir: string, place: Place): Promise<void> {
  if (place.folder === dataDir || (await readLocation(dataDir)) === place.folder) return;
  const draft = `${locationFile(dataDir)}.draft`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify({ folder: place.folder })}\n`, { flag: "wx", flush: true });
  await rename(draft, locationFile(dataDir));
  await syncToDisk(dataDir);
}

async function readLocation(dataDir: string): Promise<string | undefined> {
  try {
    const value = parseJson(await readFile(locationFile(dataDir), "utf8"));
    if (isRecord(value) && typeof value["folder"] === "string") return value["folder"];
    throw new EmbeddedDatabaseError("data-missing", `${locationFile(dataDir)} does not name the folder of the database. Restore it.`);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

// An empty database in its place would look like the loss of everything, and would hide the way back.
const dataMissing = (dataDir: string, folder: string): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError("data-missing", `The database of ${dataDir} was kept in ${clusterOf(folder)}, which is gone. Restore that folder, or remove ${locationFile(dataDir)} to start with an empty database.`);

const unreachable = (folder: string, account: Account): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError("folder-unreachable", `User id ${account.uid}, as which PostgreSQL runs, can't reach ${folder}: a folder on the way is closed to it (chmod o+x). Open it, or set BELLHOP_DATABASE_URL.`);
