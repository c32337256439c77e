import { mkdir, realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Random } from "../../kit/random.ts";
import { choosePlace, rememberPlace } from "./choose-place.ts";
import { lockDataFolder, type DataFolderLock } from "./data-folder-lock.ts";
import { EmbeddedDatabaseError } from "./errors.ts";
import { checkMajorVersion, initialiseCluster } from "./initialise-cluster.ts";
import { locateBinaries, type Binaries } from "./locate-binaries.ts";
import { stopOrphan } from "./orphan.ts";
import { clusterOf, type Place } from "./place.ts";
import { startPostmaster, type Exit, type Postmaster, type PostmasterOptions } from "./postmaster.ts";
import { applicationName, prepareDatabase } from "./prepare-database.ts";
import { dropOtherRuntimes, materialiseRuntime } from "./runtime-copy.ts";
import { dropTemporarySocketFolder, makeSocketFolder, socketPort } from "./socket-folder.ts";
import { runsAsRoot } from "./unprivileged-user.ts";

export { EmbeddedDatabaseError, type DatabaseProblem } from "./errors.ts";

export type EmbeddedDatabaseOptions = {
  /** The server's data folder; created if it is missing. */
  dataDir: string;
  log: Log;
  clock: Clock;
  random: Random;
  /** Where root puts the database of a data folder that an unprivileged account can't reach. */
  outsideFolder?: string;
};

/** What `pg` takes; `host` is the folder of the socket. */
export type Connection = { host: string; port: number; user: string; database: string };

/** `stopped`: by `stop()`. `died`: by itself or by someone else's hand; commits are safe, and a new start recovers them. */
export type DatabaseExit = { kind: "stopped" } | { kind: "died"; code: number | null; signal: string | null };

export type EmbeddedDatabase = {
  connection: Connection;
  /** The same as a libpq URL, for psql and for BELLHOP_DATABASE_URL. */
  url: string;
  /** Process id of the postmaster. */
  pid: number | undefined;
  /** Resolves when PostgreSQL has ended and the data folder is free. May be called again, and after a death. */
  stop(): Promise<void>;
  /** Settles once, when PostgreSQL has ended. */
  exited: Promise<DatabaseExit>;
};

/**
 * Starts the PostgreSQL that comes with us on the data folder, creating the database at the first start and recovering
 * it after a crash. Nobody else may use the data folder meanwhile. Throws EmbeddedDatabaseError.
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const binaries = await locateBinaries();
  // Root's PostgreSQL runs as someone else, who must be able to pass through.
  await mkdir(options.dataDir, { recursive: true, mode: runsAsRoot() ? 0o755 : 0o700 });
  const dataDir = await realpath(options.dataDir);
  const locks = [await lockDataFolder(dataDir, options.random)];
  try {
    const place = await choosePlace(dataDir, options.outsideFolder ?? "/var/lib/bellhop");
    // A copied data folder points to the same place as the original.
    if (place.folder !== dataDir) locks.unshift(await lockDataFolder(place.folder, options.random));
    return await startAt(place, { ...options, dataDir }, binaries, locks);
  } catch (error) {
    await releaseAll(locks);
    throw error;
  }
}

async function startAt(place: Place, options: EmbeddedDatabaseOptions, binaries: Binaries, locks: DataFolderLock[]): Promise<EmbeddedDatabase> {
  const { clock, log } = options;
  const cluster = clusterOf(place.folder);
  const began = clock.monotonic();
  const { stalePid } = await stopOrphan(cluster, options);
  const bin = await materialiseRuntime(binaries, place.folder, place.runAs !== undefined);
  const outcome = await initialiseCluster(place, bin, options.random.bytes(6).toString("hex"));
  await checkMajorVersion(cluster, binaries.version);
  await rememberPlace(options.dataDir, place);
  await dropOtherRuntimes(binaries, place.folder);
  const socketFolder = await makeSocketFolder(place);
  try {
    const postmaster = await startUntilReady({ place, bin, socketFolder, stalePid, clock, log });
    log.info({ pid: postmaster.pid, cluster, milliseconds: Math.round(clock.monotonic() - began), outcome }, "embedded PostgreSQL is ready");
    return handleOf(postmaster, socketFolder, locks);
  } catch (error) {
    await dropTemporarySocketFolder(socketFolder);
    throw error;
  }
}

/** How long the backends of a killed postmaster may take to notice and let go of its shared memory, ms. */
const longestHandover = 20_000;

async function startUntilReady(options: PostmasterOptions): Promise<Postmaster> {
  const deadline = options.clock.monotonic() + longestHandover;
  for (;;) {
    const postmaster = startPostmaster(options);
    const readiness = await prepareDatabase(postmaster, { host: options.socketFolder, port: socketPort }, options.clock).catch(async (error: unknown) => {
      await postmaster.stop();
      throw error;
    });
    if (readiness.kind === "ready") return postmaster;
    await postmaster.stop();
    const said = postmaster.recentLines();
    const isHandover = said.some((line) => line.includes("pre-existing shared memory block"));
    if (!isHandover || options.clock.monotonic() > deadline) throw startFailed(readiness.kind === "exited" ? readiness.exit : undefined, said);
    await sleep(100);
  }
}

function startFailed(exit: Exit | undefined, said: string[]): EmbeddedDatabaseError {
  const how = exit === undefined ? "took no connection and reported no progress" : `ended (${exit.error?.message ?? exit.signal ?? `exit code ${String(exit.code)}`})`;
  return new EmbeddedDatabaseError("start-failed", `PostgreSQL ${how} while it was starting. Its last words:\n${said.join("\n")}`);
}

function handleOf(postmaster: Postmaster, socketFolder: string, locks: DataFolderLock[]): EmbeddedDatabase {
  const connection: Connection = { host: socketFolder, port: socketPort, user: applicationName, database: applicationName };
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await postmaster.stop();
    await dropTemporarySocketFolder(socketFolder);
    await releaseAll(locks);
  };
  return {
    connection,
    url: `postgresql://${connection.user}@/${connection.database}?host=${encodeURIComponent(socketFolder)}&port=${socketPort}`,
    pid: postmaster.pid,
    stop: () => (stopping ??= stop()),
    exited: postmaster.exit.then(({ code, signal }): DatabaseExit => (stopping === undefined ? { kind: "died", code, signal } : { kind: "stopped" })),
  };
}

async function releaseAll(locks: DataFolderLock[]): Promise<void> {
  for (const lock of locks) await lock.release();
}
