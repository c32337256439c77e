import { LRUCache } from "lru-cache";
import type { RunWindows, Services } from "../../services.ts";

/** Numbers in memory over all runs: 64 MB. */
const mostNumbers = 8_000_000;

/** What the evaluation of metrics keeps in memory; all of it can be read again. */
export function makeMetricCaches(): Pick<Services, "watchLists" | "watchBooks" | "runWindows"> {
  return {
    watchLists: new LRUCache({ max: 1_000 }),
    watchBooks: new LRUCache({ max: 1_000 }),
    runWindows: new LRUCache<string, RunWindows>({ max: 10_000, maxSize: mostNumbers, sizeCalculation: ({ windows }) => 1 + [...windows.values()].reduce((sum, { length }) => sum + length, 0) }),
  };
}
