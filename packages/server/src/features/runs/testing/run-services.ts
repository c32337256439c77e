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

/** Services over a real database with stores in memory, and a pipeline that forgets what it is told, or the one given. */
export function runServices(db: Database, limits: Partial<Limits> = {}, parts: Partial<Services> = {}): Services {
  return {
    db,
    pipeline: { captureChange: () => Promise.resolve(), redeliver: () => Promise.reject(new Error("no deliveries here")) },
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
    ...parts,
  };
}
