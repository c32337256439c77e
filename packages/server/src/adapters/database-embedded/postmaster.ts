import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { clusterOf, type Place } from "./place.ts";
import { childEnvironment, serverArguments } from "./settings.ts";
import { shutDown } from "./shut-down.ts";
import { socketPort } from "./socket-folder.ts";

/** How a process ended: `code` if it ended itself, `signal` if it was killed, `error` if it never ran. */
export type Exit = { code: number | null; signal: string | null; error?: Error };

/** A running `postgres` program of ours. */
export type Postmaster = {
  pid: number | undefined;
  exit: Promise<Exit>;
  /** Its last lines, oldest first. */
  recentLines(): string[];
  /** When (on the monotonic clock) it last said something other than that it refused a connection. */
  lastSignOfWork(): number;
  stop(): Promise<void>;
};

export type PostmasterOptions = { place: Place; bin: string; socketFolder: string; stalePid: number | undefined; clock: Clock; log: Log };

/** Starts PostgreSQL and returns at once; it takes connections a little later. */
export function startPostmaster(options: PostmasterOptions): Postmaster {
  const { place, clock, log } = options;
  const child = spawn(join(options.bin, "postgres"), serverArguments(clusterOf(place.folder), options.socketFolder, socketPort), {
    ...place.runAs,
    cwd: place.folder,
    env: environment(options.stalePid),
    stdio: ["ignore", "ignore", "pipe"],
    // A process group of its own: Ctrl-C reaches only us, and we let the server finish its work before the database ends.
    detached: true,
  });
  const exit = exitOf(child);
  const lines: string[] = [];
  let lastSignOfWork = clock.monotonic();
  createInterface({ input: child.stderr }).on("line", (line) => {
    lines.push(line);
    if (lines.length > 30) lines.shift();
    if (!line.startsWith("FATAL:")) lastSignOfWork = clock.monotonic();
    if (line.startsWith("PANIC:")) log.error({ line }, "postgres");
    else log.debug({ line }, "postgres");
  });
  endWithUs(child);
  return { pid: child.pid, exit, recentLines: () => [...lines], lastSignOfWork: () => lastSignOfWork, stop: () => stop(child, exit, log) };
}

/**
 * PostgreSQL won't start over a lock file whose process id is in use by a process of the same account, even one that
 * is no PostgreSQL; it excepts its grandparent's, which it takes from this variable. Unlike the removal of the lock
 * file, this keeps the check that no backend of the dead postmaster is still attached to the shared memory.
 */
const environment = (stalePid: number | undefined): Record<string, string> =>
  stalePid === undefined ? childEnvironment : { ...childEnvironment, PG_GRANDPARENT_PID: String(stalePid) };

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    // Its last lines are read by "close"; but backends that outlive a killed postmaster can hold the pipe open for long.
    const closed = new Promise<void>((done) => child.once("close", () => done()));
    child.once("exit", (code, signal) => void Promise.race([closed, sleep(200)]).then(() => resolve({ code, signal })));
  });
}

/** Covers an exit of ours that skips `stop`: the database then shuts down by itself, after us. */
function endWithUs(child: ChildProcess): void {
  const interrupt = (): void => { child.kill("SIGINT"); };
  process.once("exit", interrupt);
  child.once("exit", () => process.removeListener("exit", interrupt));
}

async function stop(child: ChildProcess, exit: Promise<Exit>, log: Log): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    await exit;
    return;
  }
  const took = await shutDown({
    signal: (name) => { child.kill(name); },
    goneWithin: (milliseconds) => Promise.race([exit.then(() => true), sleep(milliseconds, false, { ref: false })]),
  });
  if (took !== "SIGINT") log.warn({ signal: took }, "PostgreSQL did not end when it was asked to");
}
