import { readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { codeOf, EmbeddedDatabaseError } from "./errors.ts";
import { statIfPresent } from "./files.ts";
import { sightProcess } from "./process-sighting.ts";
import { shutDown } from "./shut-down.ts";
import { dropTemporarySocketFolder } from "./socket-folder.ts";

/** What an earlier start left: nothing, or a lock file of PostgreSQL with the id of a process that is not (any more) a postmaster here. */
export type Leftover = { stalePid: number | undefined };

type LockFile = { pid: number; port: string; socketFolder: string };

/**
 * Stops a postmaster that outlived its server (killed with -9, say), so that we can start our own on the cluster.
 * Never signals a process that is not provably a postmaster of this very cluster: ids are used again.
 * Only the holder of the data folder's lock may call this. Throws `folder-in-use`, `start-failed`.
 */
export async function stopOrphan(cluster: string, tools: { clock: Clock; log: Log }): Promise<Leftover> {
  const lock = await readLockFile(cluster);
  if (lock === undefined) return { stalePid: undefined };
  if (await isPostmasterOf(cluster, lock.pid)) {
    tools.log.warn({ pid: lock.pid }, "an earlier server left its PostgreSQL running; stopping it");
    const took = await shutDown(postmaster(cluster, lock.pid, tools.clock));
    if (took === "still-running") throw new EmbeddedDatabaseError("start-failed", `PostgreSQL process ${lock.pid}, left by an earlier server, does not end.`);
  } else if (await answers(join(lock.socketFolder, `.s.PGSQL.${lock.port}`))) {
    // It lives where we can't see it, such as in another container that shares this folder.
    throw new EmbeddedDatabaseError("folder-in-use", `The database in ${cluster} is open in a PostgreSQL that this server can't see, perhaps in another container. Stop that one first.`);
  }
  await dropTemporarySocketFolder(lock.socketFolder);
  return { stalePid: lock.pid };
}

/** The file in which a postmaster notes its id. An unreadable one, torn by a power failure, is removed: PostgreSQL would not start. */
async function readLockFile(cluster: string): Promise<LockFile | undefined> {
  const path = join(cluster, "postmaster.pid");
  try {
    const [pid, , , port, socketFolder] = (await readFile(path, "utf8")).split("\n");
    if (/^\d+$/.test(pid ?? "")) return { pid: Number(pid), port: port ?? "", socketFolder: socketFolder ?? "" };
    await rm(path, { force: true });
    return undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Its children show other words in place of the command line, so they are never taken for it. */
async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  const [seen, owner] = await Promise.all([sightProcess(pid), statIfPresent(cluster)]);
  if (seen.kind !== "running" || owner?.uid !== seen.uid) return false;
  return basename(seen.command[0] ?? "") === "postgres" && seen.command.join(" ").includes(` -D ${cluster} `);
}

const postmaster = (cluster: string, pid: number, clock: Clock) => ({
  signal: async (name: NodeJS.Signals): Promise<void> => {
    if (await isPostmasterOf(cluster, pid)) signalIfAlive(pid, name);
  },
  goneWithin: async (milliseconds: number): Promise<boolean> => {
    const end = clock.monotonic() + milliseconds;
    while (await isPostmasterOf(cluster, pid)) {
      if (clock.monotonic() > end) return false;
      await sleep(10);
    }
    return true;
  },
});

function signalIfAlive(pid: number, name: NodeJS.Signals): "sent" | "gone" {
  try {
    process.kill(pid, name);
    return "sent";
  } catch (error) {
    if (codeOf(error) === "ESRCH") return "gone";
    throw error;
  }
}

const answers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => resolve(false));
  });
