import type { BreakerPolicy } from "../../db/queries/free-lanes.ts";

/** Ten failures in a row; half a minute, then twice as long each time, up to an hour; five days. */
export const defaultBreaker: BreakerPolicy = { failures: 10, probeMs: 30_000, mostProbeMs: 3_600_000, disableAfterMs: 5 * 86_400_000 };
