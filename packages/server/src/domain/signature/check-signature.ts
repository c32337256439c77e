import { createHmac, timingSafeEqual } from "node:crypto";
import type { SignatureEncoding } from "../webhook.ts";
import type { SignatureMistake } from "./mistakes.ts";
import { mistake } from "./mistakes.ts";
import type { SignatureKind } from "./read-signature.ts";
import { readSignature } from "./read-signature.ts";
import type { Evidence, Variant } from "./variants.ts";
import { bodyVariants, headVariants, keyVariants } from "./variants.ts";

/** Above it only single mistakes are looked for: two at once would mean some hundred passes over the body. */
const smallBody = 65_536;
export const toleranceSeconds = 300;

/**
 * What is wrong with a signature, the simplest explanation there is; nothing for one that verifies. Tries what people
 * do by mistake until the result is the signature that they have.
 */
export function checkSignature(kind: SignatureKind, text: string, evidence: Evidence & { encoding: SignatureEncoding }): SignatureMistake[] {
  const read = readSignature(kind, text, evidence.encoding);
  if (read === null) return [mistake("signature_unreadable", `it has ${text.length} characters`)];
  const lacksHeaders = kind === "standard" && (evidence.id === null || evidence.timestamp === null);
  const explained = explain(kind, read.mac, evidence);
  if (explained !== null) return [...read.mistakes, ...explained];
  return [...read.mistakes, lacksHeaders ? mistake("headers_missing") : unexplained(evidence)];
}

function unexplained({ body, delivered }: Evidence): SignatureMistake {
  return delivered !== null && delivered.equals(body) ? mistake("wrong_secret") : mistake("no_match");
}

/** The fewest mistakes, at most two of different kinds, that lead to this signature; null when none do. */
function explain(kind: SignatureKind, mac: Buffer, evidence: Evidence): SignatureMistake[] | null {
  const [keys, heads, bodies] = [keyVariants(kind, evidence), headVariants(kind, evidence), bodyVariants(evidence)];
  const most = evidence.body.length > smallBody ? 1 : 2;
  const ways = bodies.flatMap((body) => heads.flatMap((head) => keys.map((key) => ({ key, head, body, mistakes: mistakesOf(key, head, body) }))));
  const inOrder = ways.filter(({ mistakes }) => mistakes.length <= most).sort((a, b) => a.mistakes.length - b.mistakes.length);
  const found = inOrder.find(({ key, head, body }) => timingSafeEqual(createHmac("sha256", key.value).update(head.value).update(body.value).digest(), mac));
  return found?.mistakes ?? null;
}

const mistakesOf = (...variants: Variant<unknown>[]): SignatureMistake[] => variants.flatMap((variant) => (variant.mistake === null ? [] : [variant.mistake]));

/** What is wrong with `webhook-timestamp` for a receiver whose clock says `at`. */
export function checkTimestamp(timestamp: string, at: Date): SignatureMistake[] {
  if (!/^\d{1,12}$/.test(timestamp)) return [mistake("timestamp_unreadable")];
  const age = Math.round(at.getTime() / 1_000) - Number(timestamp);
  if (Math.abs(age) <= toleranceSeconds) return [];
  return [age > 0 ? mistake("timestamp_too_old", `by ${age} s`) : mistake("timestamp_in_future", `by ${-age} s`)];
}
