import { statSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { isRecord, parseJson } from "../../../kit/cast.ts";
import { systemClock } from "../../../kit/clock.ts";
import { silentLog } from "../../../kit/log.ts";
import { systemRandom } from "../../../kit/random.ts";
import { startEmbeddedDatabase, type EmbeddedDatabase, type EmbeddedDatabaseOptions } from "../index.ts";
import { findAccount, type Account } from "../unprivileged-user.ts";

export const isRoot = process.getuid?.() === 0;

/** A server in a process of its own, as run-database.ts reports it. */
export type ServerProcess = { child: ChildProcess; report: { url: string; host: string; pid: number; problem: string; message: string } };

function parseReport(line: string): ServerProcess["report"] {
  const value = parseJson(line);
  if (!isRecord(value)) throw new Error(`not a report: ${line}`);
  const text = (key: string): string => String(value[key] ?? "");
  return { url: text("url"), host: text("host"), pid: Number(value["pid"]), problem: text("problem"), message: text("message") };
}

/** Folders, databases and processes of one test file; `tidyUp` removes what is left of them. */
export class Workspace {
  readonly #folders: string[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #databases: EmbeddedDatabase[] = [];

  /** A new folder that every account can reach, or only its owner. */
  async folder(mode = 0o755, owner?: Account): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "bellhop-test-"));
    await chmod(folder, mode);
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    this.#folders.push(folder);
    return folder;
  }

  /** Starts a database in this process. */
  async start(dataDir: string, more: Partial<EmbeddedDatabaseOptions> = {}): Promise<EmbeddedDatabase> {
    const database = await startEmbeddedDatabase({ dataDir, log: silentLog, clock: systemClock, random: systemRandom, ...more });
    this.#databases.push(database);
    return database;
  }

  /** Starts a database in another process, and waits for its report. */
  async startProcess(dataDir: string, account?: Account): Promise<ServerProcess> {
    const child = this.spawn(process.execPath, [join(import.meta.dirname, "run-database.ts"), dataDir], account);
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    const line = await new Promise<string>((resolve) => lines.once("line", resolve));
    return { child, report: parseReport(line) };
  }

  spawn(program: string, options: string[], account?: Account): ChildProcess {
    const child = spawn(program, options, { ...account, stdio: ["ignore", "pipe", "inherit"], cwd: "/" });
    this.#children.push(child);
    return child;
  }

  async tidyUp(): Promise<void> {
    await Promise.all(this.#databases.map((database) => database.stop()));
    for (const child of this.#children) child.kill("SIGKILL");
    for (const folder of this.#folders) {
      for (const pid of await postmastersBelow(folder)) process.kill(pid, "SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  }
}

/** Postmasters that a killed server of a test left behind. */
async function postmastersBelow(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of process.platform === "linux" ? await readdir("/proc") : []) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (command.startsWith(folder) && command.includes("/bin/postgres\0")) found.push(Number(name));
  }
  return found;
}

export async function nobody(): Promise<Account> {
  const account = await findAccount("nobody");
  if (account === undefined) throw new Error("this test needs the account nobody");
  return account;
}

/** Runs statements on one connection and returns the first column of the last one's rows. */
export async function ask(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let last: unknown[] = [];
    for (const statement of statements) last = (await client.query({ text: statement, rowMode: "array" })).rows.map((row: unknown[]) => row[0]);
    return last;
  } finally {
    await client.end();
  }
}

/** Whether other accounts may run this program at all: not where the repository lies in root's own home, for instance. */
export function othersMayRunUs(): boolean {
  const parts = process.execPath.split("/");
  return parts.every((_, index) => (statSync(parts.slice(0, index + 1).join("/") || "/").mode & 0o001) !== 0);
}
