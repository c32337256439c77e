/** Where the time comes from. Everything but this file takes a Clock, so that tests can set the time. */
export type Clock = {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds from a fixed point, never going back; for durations. */
  monotonic(): number;
};

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
