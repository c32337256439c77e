import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..", "..");

export type ServerOptions = {
  dataDir: string;
  /** A PostgreSQL server instead of the embedded one. */
  databaseUrl?: string;
  port: number;
  env?: Record<string, string>;
  /** Another program than the server's own main. */
  program?: string;
};

export type RunningServer = {
  url: string;
  process: ChildProcess;
  output(): string;
  /** Ends it as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
};

export const adminKey = "admin0000000000000000000000000000000000key";

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Starts the real server as a process of its own and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const child = spawn(process.execPath, [join(root, options.program ?? "packages/server/src/main.ts")], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...ownEnvironment(),
      BELLHOP_PORT: String(options.port),
      BELLHOP_PUBLIC_URL: `http://127.0.0.1:${options.port}`,
      BELLHOP_DATA_DIR: options.dataDir,
      BELLHOP_ADMIN_API_KEY: adminKey,
      BELLHOP_ADMIN_PASSWORD: "correct horse battery",
      BELLHOP_ALLOW_LOOPBACK: "true",
      BELLHOP_LOG_LEVEL: "warn",
      ...(options.databaseUrl === undefined ? {} : { BELLHOP_DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
  });
  let output = "";
  child.stdout.on("data", (data) => { output += String(data); });
  child.stderr.on("data", (data) => { output += String(data); });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${options.port}`;
  await ready(url, child, () => output);
  return {
    url,
    process: child,
    output: () => output,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
      await ended;
      return child.exitCode;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const ownEnvironment = (): Record<string, string | undefined> => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BELLHOP_") && !name.startsWith("WANDB_")));

async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended at once:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`The server is not ready after a minute:\n${output()}`);
}
