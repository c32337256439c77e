import { isDeepStrictEqual } from "node:util";
import type { SignatureMistake } from "./mistakes.ts";
import { mistake } from "./mistakes.ts";
import { parsed } from "./json-variants.ts";

/** How a body differs from the bytes that were delivered; null when it does not. Says where, and never what stands there. */
export function compareBodies(received: Buffer, delivered: Buffer): SignatureMistake | null {
  if (received.equals(delivered)) return null;
  const [ours, theirs] = [delivered.toString(), received.toString()];
  const value = parsed(theirs);
  if (value !== undefined && isDeepStrictEqual(value, parsed(ours))) return mistake("json_reserialised", `it differs in ${jsonDifferences(theirs, ours).join(" and ")}, first at byte ${firstDifference(received, delivered)}`);
  if (isOtherCharset(theirs, ours)) return mistake("wrong_charset", `the bytes differ from byte ${firstDifference(received, delivered)} on`);
  if (received.length < delivered.length && delivered.subarray(0, received.length).equals(received)) return mistake("body_cut_short", `${received.length} of ${delivered.length} bytes`);
  return mistake("body_changed", `it differs first at byte ${firstDifference(received, delivered)}; ${received.length} bytes arrived, ${delivered.length} were sent`);
}

/** Replacement characters, question marks or mojibake in place of what is not ASCII, and nothing else. */
function isOtherCharset(received: string, delivered: string): boolean {
  if (!/[^\0-\x7f]/.test(delivered)) return false;
  const ascii = (text: string): string => text.replace(/[^\0-\x7f]+/g, "").replaceAll("?", "");
  return ascii(received) === ascii(delivered);
}

const literals = /"(?:[^"\\]|\\.)*"/gs;
const numbers = /-?\d[\d.eE+-]*/g;

function jsonDifferences(received: string, delivered: string): string[] {
  const outside = (text: string): string => text.replace(literals, '""');
  const differ = (read: (text: string) => unknown): boolean => !isDeepStrictEqual(read(received), read(delivered));
  const sorted = (items: readonly string[] | null): string[] => [...(items ?? [])].sort();
  const valuesOf = (text: string): unknown[] => (text.match(literals) ?? []).map(parsed);
  const found = [
    ...(differ((text) => sorted(outside(text).match(/\s+/g)).join("")) ? ["white space"] : []),
    ...(differ((text) => sorted(text.match(literals))) ? ["the way strings are escaped"] : []),
    ...(differ((text) => sorted(outside(text).match(numbers))) ? ["the way numbers are written"] : []),
    ...(differ(valuesOf) ? ["the order of keys"] : []),
  ];
  return found.length === 0 ? ["its bytes"] : found;
}

function firstDifference(one: Buffer, other: Buffer): number {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return at === -1 ? one.length : at;
}
