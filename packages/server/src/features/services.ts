import type { Database } from "../db/database.ts";
import type { ActionType } from "../domain/automation.ts";
import type { MetricWatch, RunWatchState, WatchBook, Windows } from "../domain/metrics/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { IdMaker } from "../kit/ids.ts";
import type { Log } from "../kit/log.ts";
import type { Random } from "../kit/random.ts";
import type { Pipeline } from "../pipeline/index.ts";
import type { Action } from "../ports/action/port.ts";
import type { ObjectStore } from "../ports/object-store/port.ts";
import type { OutboundHttp } from "../ports/outbound-http/port.ts";
import type { SecretStore } from "../ports/secret-store/port.ts";
import type { Templates } from "../ports/templates/port.ts";
import type { Credentials } from "./tokens/credentials.ts";

/** What the verbs work with. app.ts makes it once; a verb takes what it needs with Pick<Services, …>. */
export type Services = {
  db: Database;
  pipeline: Pipeline;
  actions: ReadonlyMap<ActionType, Action>;
  objects: ObjectStore;
  secretStore: SecretStore;
  outbound: OutboundHttp;
  credentials: Credentials;
  templates: Templates;
  clock: Clock;
  random: Random;
  ids: IdMaker;
  log: Log;
  /** Address that users and the SDK reach the server by, without a slash at the end. */
  publicUrl: string;
  limits: Limits;
  /** The automations over metrics of each scope, at the version that they were read at. */
  watchLists: Cache<{ version: number; watches: readonly MetricWatch[] }>;
  /** Those of the scopes of a run together, by the scopes and their versions. */
  watchBooks: Cache<WatchBook>;
  /** The newest values of the runs that report, by the run's id. */
  runWindows: Cache<RunWindows>;
};

/** Holds what can be read again, as long as there is room. */
export type Cache<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): void; delete(key: string): void };

/** What evaluating a run's values left in memory, and how far it had come; it holds for a run that is still there. */
export type RunWindows = { reached: LineCounts; book: WatchBook; windows: Windows; state: RunWatchState };
export type LineCounts = { historyLines: number; eventLines: number; rewrites: number };

export type Limits = {
  metadataBytes: number; payloadBytes: number; renderedBodyBytes: number; logLineBytes: number; fileStreamBytes: number; jsonDepth: number; pageSize: number; runFileBytes: number;
  /** For how long after its event a receiver may report, in milliseconds. */
  callbackMs: number;
  /** How long a session lasts, in milliseconds. */
  sessionMs: number;
  requestsPerMinute: RequestLimits;
};

/** Of one process; 0 for no limit. `failures` counts requests with a wrong key, per address. */
export type RequestLimits = { key: number; team: number; address: number; failures: number };

export const defaultLimits: Limits = {
  metadataBytes: 1 << 20,
  payloadBytes: 256 << 10,
  renderedBodyBytes: 1 << 20,
  logLineBytes: 10 << 20,
  fileStreamBytes: 64 << 20,
  jsonDepth: 64,
  pageSize: 1_000,
  runFileBytes: 5 * 2 ** 40,
  callbackMs: 7 * 86_400_000,
  sessionMs: 7 * 24 * 3_600_000,
  requestsPerMinute: { key: 60_000, team: 120_000, address: 240_000, failures: 600 },
};

