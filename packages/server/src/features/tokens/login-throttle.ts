import type { Clock } from "../../kit/clock.ts";

const windowMs = 15 * 60_000;
const mostFailures = 10;
const mostEntries = 50_000;

/**
 * Counts failed attempts to sign in, per key, in this process. Ten within 15 minutes and the key is blocked until the
 * oldest of them is 15 minutes old. Bounded: when it is full, the longest known key is forgotten.
 */
export type LoginThrottle = { isBlocked(key: string): boolean; failed(key: string): void; succeeded(key: string): void };

export function makeLoginThrottle(clock: Clock): LoginThrottle {
  const failures = new Map<string, number[]>();
  const recent = (key: string): number[] => (failures.get(key) ?? []).filter((at) => clock.monotonic() - at < windowMs);
  return {
    isBlocked: (key) => recent(key).length >= mostFailures,
    failed: (key) => {
      const times = [...recent(key), clock.monotonic()];
      failures.delete(key);
      const oldest = failures.size >= mostEntries ? failures.keys().next().value : undefined;
      if (oldest !== undefined) failures.delete(oldest);
      failures.set(key, times);
    },
    succeeded: (key) => void failures.delete(key),
  };
}
