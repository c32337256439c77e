import type { Database } from "../db/database.ts";
import { makeMetricCaches } from "../features/runs/index.ts";
import { defaultLimits } from "../features/services.ts";
import type { Services } from "../features/services.ts";
import { makeCredentials } from "../features/tokens/index.ts";
import { systemClock } from "../kit/clock.ts";
import { uuidv7Maker } from "../kit/ids.ts";
import { silentLog } from "../kit/log.ts";
import { systemRandom } from "../kit/random.ts";
import { memoryObjectStore } from "../ports/object-store/memory.ts";
import { makeMemoryOutboundHttp } from "../ports/outbound-http/memory.ts";
import { memorySecretStore } from "../ports/secret-store/memory.ts";
import { memoryTemplates } from "../ports/templates/memory.ts";

/** Services on a real database, with memory ports, and a pipeline that takes changes and does nothing. */
export const testServices = (db: Database, parts: Partial<Services> = {}): Services => ({
  db,
  pipeline: { captureChange: () => Promise.resolve(), wake: () => undefined, redeliver: () => Promise.reject(new Error("no pipeline here")) },
  actions: new Map(),
  objects: memoryObjectStore(),
  secretStore: memorySecretStore(),
  outbound: makeMemoryOutboundHttp(),
  credentials: makeCredentials({ db, clock: parts.clock ?? systemClock, log: parts.log ?? silentLog }),
  templates: memoryTemplates(),
  clock: systemClock,
  random: systemRandom,
  ids: uuidv7Maker(systemClock, systemRandom),
  log: silentLog,
  publicUrl: "http://bellhop.test:8080",
  limits: defaultLimits,
  ...makeMetricCaches(),
  ...parts,
});
