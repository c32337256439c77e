import { startEmbeddedDatabase } from "./adapters/database-embedded/index.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./kit/clock.ts";
import type { Log } from "./kit/log.ts";
import type { Random } from "./kit/random.ts";

export type DatabaseServer = {
  url: string;
  /** Resolves with the reason when the server is gone by itself; never for one that is not ours. */
  broken: Promise<string>;
  stop(): Promise<void>;
};

/** The PostgreSQL server that the settings name, or the embedded one. */
export async function startDatabaseServer(config: Pick<Config, "databaseUrl" | "dataDir">, world: { log: Log; clock: Clock; random: Random }): Promise<DatabaseServer> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, broken: new Promise(() => undefined), stop: async () => undefined };
  const embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, ...world });
  const broken = embedded.exited.then((end) => (end.kind === "died" ? "the embedded database ended by itself" : new Promise<string>(() => undefined)));
  return { url: embedded.url, broken, stop: () => embedded.stop() };
}
