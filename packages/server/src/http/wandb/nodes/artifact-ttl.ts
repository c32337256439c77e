// Clients write "inherit" as -1 and "keep for ever" as -2; here these are null and 0.

export function ttlToWire(seconds: number | null): { ttlDurationSeconds: number; ttlIsInherited: boolean } {
  return { ttlDurationSeconds: seconds === null ? -1 : seconds === 0 ? -2 : seconds, ttlIsInherited: seconds === null };
}

/** Of a number from a client; what is neither is left for the verb to refuse. */
export function ttlFromWire(seconds: number): number | null {
  if (seconds === -1) return null;
  return seconds === -2 ? 0 : seconds > 0 ? seconds : Number.NaN;
}
