import { randomBytes } from "node:crypto";

/** Where chance comes from; tests hand in their own. */
export type Random = {
  /** A number in [0, 1). */
  fraction(): number;
  /** `count` unpredictable bytes. */
  bytes(count: number): Buffer;
};

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => randomBytes(count),
};
