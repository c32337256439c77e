/** The longest wait that is told apart: far above what any policy allows, and safe to compute with. */
const longestMs = 365 * 86_400_000;

// The three forms of RFC 9110: IMF-fixdate, and the obsolete RFC 850 and asctime ones, which name no zone in the last.
const fixedDate = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850Date = /^[A-Za-z]{6,9}, \d{2}-[A-Za-z]{3}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Milliseconds that a `Retry-After` header asks for: whole seconds, or an HTTP date. Null where it cannot be read. What
 * is absurdly long is cut to a year; how much of it is granted is up to the retry policy.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,1000}$/.test(text)) return Math.min(Number(text) * 1_000, longestMs);
  const at = fixedDate.test(text) || rfc850Date.test(text) ? Date.parse(text) : asctimeDate.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now.getTime()), longestMs);
}
