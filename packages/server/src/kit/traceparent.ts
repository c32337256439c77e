/** The parts of a W3C `traceparent`: 32 and 16 hexadecimal digits, and whether whoever sent it records the trace. */
export type TraceParent = { traceId: string; spanId: string; sampled: boolean };

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Null for what is none: it is then as if nothing had been sent. */
export function parseTraceparent(text: string | null | undefined): TraceParent | null {
  const [whole, traceId, spanId, flags, more] = pattern.exec(text ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  // Version 00 has exactly these parts; a later one may have more.
  if (whole?.startsWith("00") === true && more !== undefined) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const writeTraceparent = ({ traceId, spanId, sampled }: TraceParent): string => `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
