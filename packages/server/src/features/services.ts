import type { Database } from "../db/database.ts";
import type { ActionType } from "../domain/automation.ts";
import type { Clock } from "../kit/clock.ts";
import type { IdMaker } from "../kit/ids.ts";
import type { Log } from "../kit/log.ts";
import type { Random } from "../kit/random.ts";
import type { Pipeline } from "../pipeline/index.ts";
import type { Action } from "../ports/action/port.ts";
import type { ObjectStore } from "../ports/object-store/port.ts";
import type { OutboundHttp } from "../ports/outbound-http/port.ts";
import type { SecretStore } from "../ports/secret-store/port.ts";
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
  clock: Clock;
  random: Random;
  ids: IdMaker;
  log: Log;
  /** Address that users and the SDK reach the server by, without a slash at the end. */
  publicUrl: string;
  limits: Limits;
};

export type Limits = { metadataBytes: number; payloadBytes: number; renderedBodyBytes: number; logLineBytes: number; fileStreamBytes: number; jsonDepth: number; pageSize: number; runFileBytes: number; /** How long a session lasts, in milliseconds. */ sessionMs: number; requestsPerMinute: RequestLimits };

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
  sessionMs: 7 * 24 * 3_600_000,
  requestsPerMinute: { key: 60_000, team: 120_000, address: 240_000, failures: 600 },
};

