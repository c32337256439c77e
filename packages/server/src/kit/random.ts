import { randomFillSync } from "node:crypto";

/** Where chance comes from; tests hand in their own. */
export type Random = {
  /** A number in [0, 1). */
  fraction(): number;
  /** `count` unpredictable bytes. */
  bytes(count: number): Buffer;
};

const poolBytes = 8_192;

/** Asks the system for many bytes at once: each call costs as much as a small query, and every request draws several ids. */
function drawer(): (count: number) => Buffer {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return (count) => {
    if (count > poolBytes) return randomFillSync(Buffer.alloc(count));
    if (used + count > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = Buffer.from(pool.subarray(used, used + count));
    // What was handed out is not kept.
    pool.fill(0, used, used + count);
    used += count;
    return drawn;
  };
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: drawer(),
};
