import { rm } from "node:fs/promises";
import { introduce } from "../../support/people.ts";
import type { Cast } from "../../support/people.ts";
import { adminKey, freePort, startServer } from "../../support/server.ts";
import type { RunningServer, ServerOptions } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { wandbHttp } from "../../support/wandb-http.ts";
import type { Ledger } from "./ledger.ts";
import { startLedger } from "./ledger.ts";
import type { Place } from "./load.ts";

/** A schedule, shortened so that faults end within a test, and leases as short as they may be. */
export const faultSettings = {
  BELLHOP_LEASE_SECONDS: "5",
  BELLHOP_RETRY_SCHEDULE: `0s${",1s".repeat(45)}`,
  BELLHOP_LOOP_RATE: "off",
  // Every receiver of a fault fails many times in a row; the breaker has a test of its own.
  BELLHOP_BREAKER_FAILURES: "1000",
};

/** A team of its own, with a version in a collection, and webhooks whose automations watch that collection. */
export type Team = {
  cast: Cast;
  place: Place;
  /** Starts a webhook of that name, by default to the ledger, and an automation that calls it for aliases `<aliases>-<number>`. */
  addHook(hook: string, options?: HookOptions): Promise<{ webhookId: string; automationId: string }>;
};

export type HookOptions = { url?: string; aliases?: string; webhook?: object; payload?: Record<string, string> };

export type Scene = Team & {
  /** The process that was started with the scene. */
  server: RunningServer;
  databaseUrl: string | undefined;
  ledger: Ledger;
  /** Starts a process on the scene's data and database: the main one's port unless told otherwise. */
  start(options?: Partial<Pick<ServerOptions, "port" | "program" | "env">>): Promise<RunningServer>;
  addTeam(tag: string): Promise<Team>;
  /** Stops everything that was started and is still there, and removes the data. */
  end(): Promise<void>;
};

/** Without the address of a PostgreSQL server the embedded database is used. */
export type SceneOptions = { tag: string; databaseUrl?: string; env?: Record<string, string>; ledger?: Ledger };

/** A server with a team, a collection and a receiver that keeps a ledger. The server is left running. */
export async function setScene({ tag, databaseUrl, env = {}, ledger: given }: SceneOptions): Promise<Scene> {
  const dataDir = await temporaryFolder(`fault-${tag}`);
  const port = await freePort();
  const ledger = given ?? (await startLedger());
  const started: RunningServer[] = [];
  const start: Scene["start"] = async (options = {}) => {
    const server = await startServer({ dataDir, port, ...(databaseUrl === undefined ? {} : { databaseUrl }), ...options, env: { ...faultSettings, ...env, ...options.env } });
    started.push(server);
    return server;
  };
  const server = await start();
  const addTeam = (name: string): Promise<Team> => makeTeam(server.url, name, ledger);
  const team = await addTeam(tag);
  const end = async (): Promise<void> => {
    for (const each of started.reverse()) {
      each.process.kill("SIGCONT");
      if (each.process.exitCode === null && each.process.signalCode === null) await each.stop();
    }
    await ledger.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...team, databaseUrl, ledger, start, end, server, addTeam };
}

async function makeTeam(url: string, tag: string, ledger: Ledger): Promise<Team> {
  const cast = await introduce({ url, adminKey, tag, receiverUrl: ledger.urlOf("unused") });
  const where = { entity: cast.team, project: "faults" };
  const artifactID = await wandbHttp(url, cast.key).logArtifact({ ...where, name: "model", type: "model", files: { "a.txt": Buffer.from(tag) } });
  const addHook: Team["addHook"] = async (hook, { url: target, aliases, webhook, payload } = {}) => {
    const made = await cast.rest.ok("POST", `/teams/${cast.team}/webhooks`, { name: hook, url: target ?? ledger.urlOf(hook), secret: "SIGNING_SECRET", timeoutSeconds: 3, ...webhook });
    const automation = await cast.rest.ok("POST", "/automations", {
      name: hook,
      scope: { type: "collection", ...where, collection: "model" },
      event: { type: "ADD_ARTIFACT_ALIAS", filter: { alias: { $regex: `^${aliases ?? hook}-[0-9]+$` } } },
      action: { type: "webhook", webhook: hook, payload: { about: "${alias}", ...payload } },
    });
    return { webhookId: String(made["id"]), automationId: String(automation["id"]) };
  };
  return { cast, place: { url, key: cast.key, artifactID, ...where, collection: "model" }, addHook };
}
