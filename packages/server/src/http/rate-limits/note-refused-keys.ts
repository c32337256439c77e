import { recordRefusedKeys } from "../../features/sessions/index.ts";
import type { Services } from "../../features/services.ts";
import { networkOf } from "../../kit/network-of.ts";
import { makeTokenBuckets } from "../../kit/token-buckets.ts";
import { originOf } from "../origin-of.ts";
import type { Arrived } from "./limiter.ts";

const mostBuckets = 10_000;

/**
 * Gives what notes in the audit log that an address is over the limit of wrong keys. The limit is there to spare the
 * database, so it is asked at most once a minute for an address; the answer does not wait for it.
 */
export function makeRefusedKeysNote(services: Pick<Services, "db" | "clock" | "log">): (request: Arrived) => void {
  const perMinute = makeTokenBuckets(services.clock, 1, mostBuckets);
  return (request) => {
    if (perMinute.take(networkOf(request.ip)).nextInMs > 0) return;
    recordRefusedKeys(services, originOf(request)).catch((error: unknown) => services.log.error({ err: error }, "refused API keys could not be noted in the audit log"));
  };
}
