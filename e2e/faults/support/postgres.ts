import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { freePort } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import { childrenOf } from "./processes.ts";

/** A PostgreSQL server of this test's own, to be made to suffer. */
export type OwnPostgres = {
  url: string;
  folder: string;
  /** Every process of it that is there now, the postmaster first. */
  processes(): number[];
  query(text: string): Promise<Record<string, unknown>[]>;
  /** All that it has said so far. */
  log(): string;
  /** SIGINT rolls back and stops in order, SIGQUIT stops as a crash does. */
  stop(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

type Account = { uid?: number; gid?: number };

/** PostgreSQL refuses to run as root: the account of Debian's package, or nobody. */
function account(): Account {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  const found = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  return { uid: Number(found?.[2]), gid: Number(found?.[3]) };
}

/** `prepare` is given the folder before anything is in it; a small disk is mounted there. */
export async function startOwnPostgres(prepare: (folder: string) => void = () => undefined): Promise<OwnPostgres> {
  const who = account();
  // Not on the disk that may be full.
  const logFolder = mkdtempSync(join(tmpdir(), "bellhop-fault-log-"));
  const logFile = join(logFolder, "postgres.log");
  const folder = mkdtempSync(join(tmpdir(), "bellhop-fault-postgres-"));
  prepare(folder);
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(folder, 0o700);
  if (who.uid !== undefined && who.gid !== undefined) for (const path of [folder, data]) chownSync(path, who.uid, who.gid);
  const binaries = inject("postgresBinaries");
  const options = ["-D", data, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--wal-segsize=1"];
  execFileSync(join(binaries, "initdb"), options, { ...who, cwd: folder, stdio: "ignore" });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=100", "min_wal_size=2MB", "max_wal_size=16MB", "shared_buffers=16MB"];
  let server: ChildProcess | null = null;
  const query: OwnPostgres["query"] = async (text) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const start = async (): Promise<void> => {
    const log = openSync(logFile, "a");
    server = spawn(join(binaries, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], { ...who, cwd: folder, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    await until("PostgreSQL answers", () => query("select 1").then(() => true, () => false));
  };
  const stop: OwnPostgres["stop"] = async (signal) => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  };
  await start();
  return {
    url, folder, query, start, stop,
    log: () => readFileSync(logFile, "utf8"),
    processes: () => {
      const postmaster = server?.pid ?? 0;
      return [postmaster, ...childrenOf(postmaster)];
    },
    remove: async () => {
      await stop("SIGQUIT");
      for (const each of [folder, logFolder]) rmSync(each, { recursive: true, force: true });
    },
  };
}
