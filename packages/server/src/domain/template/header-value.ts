import type { Problem } from "../filter/problem.ts";
import { fillSecrets, sealedText } from "./sealed-text.ts";
import type { FilledText, SealedSegment, SealedText } from "./sealed-text.ts";
import { splitText } from "./segments.ts";
import type { Known, Segment } from "./segments.ts";

/** A header's value, complete but for its secrets. */
export type HeaderTemplate = SealedText;

export type ParsedHeaderValue = { ok: true; template: HeaderTemplate; secrets: ReadonlySet<string> } | { ok: false; problems: readonly Problem[] };

/** Of a header's value, in bytes, with its secrets. */
export const longestHeaderValue = 8192;

/** Printable ASCII and spaces, none at the ends: nothing else survives every HTTP client and server. */
const headerSafe = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

/** Reads a header's value. Headers belong to the webhook, not to an event: they may hold `${SECRET}`, but no variables. */
export function parseHeaderValue(text: string, known: Known): ParsedHeaderValue {
  if (text.length > longestHeaderValue) return refused(`longer than ${longestHeaderValue} characters`);
  if (!headerSafe.test(text)) return refused("only printable ASCII is allowed, without spaces at the ends");
  const { segments, problems } = splitText(text, new Set(known.secrets), "");
  if (problems.length > 0) return { ok: false, problems };
  const sealed: SealedSegment[] = [];
  for (const segment of segments) {
    if (segment.kind === "variable" || segment.kind === "typed") return refused(`a header may hold secrets, but not the variable ${JSON.stringify(segment.name)}`);
    const part = asSealed(segment);
    if (part !== "") sealed.push(part);
  }
  const template = sealedText("plain", sealed);
  return { ok: true, template, secrets: new Set(template.secretNames) };
}

const asSealed = (segment: Extract<Segment, { kind: "text" | "secret" }>): SealedSegment => (segment.kind === "text" ? segment.text : { secret: segment.name });

const refused = (message: string): ParsedHeaderValue => ({ ok: false, problems: [{ path: "", message }] });

export type FilledHeader = Extract<FilledText, { ok: true } | { reason: "secret_missing" }> | { ok: false; reason: "header_not_allowed" };

/** Puts the secrets in. A secret with a line break, or a value that grew too long, is refused, not sent. */
export function fillHeaderValue(template: HeaderTemplate, secrets: ReadonlyMap<string, string>): FilledHeader {
  const filled = fillSecrets(template, secrets, longestHeaderValue);
  if (!filled.ok) return filled.reason === "secret_missing" ? filled : { ok: false, reason: "header_not_allowed" };
  return headerSafe.test(filled.text) ? filled : { ok: false, reason: "header_not_allowed" };
}
