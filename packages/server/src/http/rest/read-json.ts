import { Failure } from "../../domain/failure.ts";
import { isStrictJson } from "../../kit/json-strict.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";

/** Reads a JSON body; undefined for an empty one. Throws bad_request with line and column of what is wrong. */
export function readJson(text: string): unknown {
  if (text === "") return undefined;
  // The tolerant reader bounds depth and keys, and knows where a problem is.
  const read = parseTolerantJson(text);
  if (!read.ok) throw new Failure("bad_request", `The body is not JSON: ${read.message} at ${placeOf(text, read.offset)}.`);
  if (!mayHoldNonNumbers.test(text) || isStrictJson(text)) return read.value;
  throw new Failure("bad_request", "The body is not JSON: NaN and Infinity are not numbers in JSON.");
}

const mayHoldNonNumbers = /NaN|Infinity/;

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line}, column ${offset - before.lastIndexOf("\n")}`;
}
