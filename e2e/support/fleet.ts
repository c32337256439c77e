import { rm } from "node:fs/promises";
import { databaseFor } from "./database.ts";
import { adminKey, freePort, startServer } from "./server.ts";
import type { RunningServer, ServerOptions } from "./server.ts";
import { temporaryFolder } from "./temporary.ts";

export type Fleet = {
  /** Starts another process on the same database, folder and key. */
  start(role: "web" | "worker" | "web,worker", env?: Record<string, string>): Promise<RunningServer>;
  /** Ends those that still run; gives their exit codes. */
  stop(): Promise<(number | null)[]>;
};

/** Several processes on one PostgreSQL server, as one would run them on several machines. */
export async function makeFleet(name: string, env: Record<string, string>): Promise<Fleet> {
  const dataDir = await temporaryFolder(name);
  const database = await databaseFor("server");
  const running: RunningServer[] = [];
  return {
    start: async (role, more = {}) => {
      const options: ServerOptions = { dataDir, port: await freePort(), ...database, env: { BELLHOP_ROLES: role, BELLHOP_ADMIN_API_KEY: adminKey, ...env, ...more } };
      const server = await startServer(options);
      running.push(server);
      return server;
    },
    stop: async () => {
      const codes = await Promise.all(running.filter(({ process: child }) => child.exitCode === null && child.signalCode === null).map((server) => server.stop()));
      await rm(dataDir, { recursive: true, force: true });
      return codes;
    },
  };
}
