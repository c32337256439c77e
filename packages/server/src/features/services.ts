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

/** What the verbs work with. app.ts makes it once; a verb takes what it needs with Pick<Services, …>. */
export type Services = {
  db: Database;
  pipeline: Pipeline;
  actions: ReadonlyMap<ActionType, Action>;
  objects: ObjectStore;
  secretStore: SecretStore;
  outbound: OutboundHttp;
  clock: Clock;
  random: Random;
  ids: IdMaker;
  log: Log;
  /** Address that users and the SDK reach the server by, without a slash at the end. */
  publicUrl: string;
  limits: Limits;
};

export type Limits = { metadataBytes: number; payloadBytes: number; renderedBodyBytes: number; logLineBytes: number; fileStreamBytes: number; jsonDepth: number; pageSize: number; runFileBytes: number; callbackMs: number };

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
};

