import type { Database } from "../../../db/database.ts";
import { systemClock } from "../../../kit/clock.ts";
import { uuidv7Maker } from "../../../kit/ids.ts";
import { silentLog } from "../../../kit/log.ts";
import { systemRandom } from "../../../kit/random.ts";
import { memoryObjectStore } from "../../../ports/object-store/memory.ts";
import { makeMemoryOutboundHttp } from "../../../ports/outbound-http/memory.ts";
import { memorySecretStore } from "../../../ports/secret-store/memory.ts";
import type { Limits, Services } from "../../services.ts";
import { defaultLimits } from "../../services.ts";

/** Services over a real database with stores in memory. Runs raise no events, so the pipeline must not be asked. */
export function runServices(db: Database, limits: Partial<Limits> = {}): Services {
  return {
    db,
    pipeline: {
      captureChange: () => Promise.reject(new Error("runs raise no events")),
      redeliver: () => Promise.reject(new Error("runs raise no events")),
    },
    actions: new Map(),
    objects: memoryObjectStore(),
    secretStore: memorySecretStore(),
    outbound: makeMemoryOutboundHttp(),
    clock: systemClock,
    random: systemRandom,
    ids: uuidv7Maker(systemClock, systemRandom),
    log: silentLog,
    publicUrl: "http://bellhop.test",
    limits: { ...defaultLimits, ...limits },
  };
}
