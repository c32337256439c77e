import type { Attempt } from "../../domain/execution.ts";
import { hideCallbackTokens } from "../../domain/outcome/callback-token.ts";
import type { Mask } from "../../kit/mask.ts";
import type { OutboundOutcome, Timing } from "../../ports/outbound-http/port.ts";

/** What is kept of an answer, with every secret masked, and no token by which to report; `hideToken` where those in addresses are not all. */
export function recordResponse(outcome: OutboundOutcome, mask: Mask, hideToken: (text: string) => string = hideCallbackTokens): Attempt["response"] {
  if (outcome.kind !== "answered") return null;
  const { status, headers, body, bodyTruncated } = outcome.response;
  return { status, headers: maskValues(headers, mask, hideToken), body: hideToken(mask.bytes(body, { cutShort: bodyTruncated }).toString()), bodyTruncated };
}

/** To the microsecond: what is finer is noise. */
export function recordTiming(timing: Timing): Attempt["timing"] {
  const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
  const orNull = (ms: number | null): number | null => (ms === null ? null : rounded(ms));
  return { dnsMs: orNull(timing.dnsMs), connectMs: orNull(timing.connectMs), tlsMs: orNull(timing.tlsMs), firstByteMs: orNull(timing.firstByteMs), totalMs: rounded(timing.totalMs) };
}

export const maskValues = (headers: Readonly<Record<string, string>>, mask: Mask, hideToken: (text: string) => string = hideCallbackTokens): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hideToken(mask(value))]));
