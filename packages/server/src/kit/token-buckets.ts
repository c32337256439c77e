import type { Clock } from "./clock.ts";

/** What is left in a bucket. */
export type Standing = {
  limit: number;
  remaining: number;
  /** Until the bucket is full again. */
  fullInMs: number;
  /** Until the next one is there, where none is left; 0 where there is. */
  nextInMs: number;
};

/** Buckets of tokens, one per name, that fill evenly: `perMinute` at once, and as many in each minute. */
export type TokenBuckets = {
  /** Takes a token; `nextInMs` above 0 says that there was none. */
  take(name: string): Standing;
  /** What is left, without taking. */
  look(name: string): Standing;
};

type Bucket = { tokens: number; at: number };

/** Memory is bounded: of more than `mostBuckets` names the one that asked longest ago is forgotten, and has a full bucket again. */
export function makeTokenBuckets(clock: Clock, perMinute: number, mostBuckets: number): TokenBuckets {
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, Bucket>();
  const current = (name: string, now: number): number => {
    const bucket = buckets.get(name);
    return bucket === undefined ? perMinute : Math.min(perMinute, bucket.tokens + (now - bucket.at) * perMs);
  };
  const standing = (tokens: number, nextInMs: number): Standing => ({ limit: perMinute, remaining: Math.floor(tokens), fullInMs: (perMinute - tokens) / perMs, nextInMs });
  const store = (name: string, bucket: Bucket): void => {
    buckets.delete(name);
    // A map keeps the order of insertion: the first name is the one that asked longest ago.
    const oldest = buckets.size >= mostBuckets ? buckets.keys().next().value : undefined;
    if (oldest !== undefined) buckets.delete(oldest);
    buckets.set(name, bucket);
  };
  const wait = (tokens: number): number => (tokens >= 1 ? 0 : Math.max(1, (1 - tokens) / perMs));
  return {
    look: (name) => {
      const tokens = current(name, clock.monotonic());
      return standing(tokens, wait(tokens));
    },
    take: (name) => {
      const now = clock.monotonic();
      const tokens = current(name, now);
      const nextInMs = wait(tokens);
      const left = nextInMs === 0 ? tokens - 1 : tokens;
      store(name, { tokens: left, at: now });
      return standing(left, nextInMs);
    },
  };
}
