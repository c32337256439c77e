import { parseTolerantJson } from "../../kit/json-tolerant.ts";

/** How common software writes the same JSON value. */
export type JsonStyle = { itemSeparator: string; keySeparator: string; ascii: boolean; slashes: boolean };

const compact: JsonStyle = { itemSeparator: ",", keySeparator: ":", ascii: false, slashes: false };
const styles: readonly JsonStyle[] = [
  compact, // JavaScript, as deliveries are written
  { ...compact, itemSeparator: ", ", keySeparator: ": ", ascii: true }, // Python
  { ...compact, itemSeparator: ", ", keySeparator: ": " }, // Python, ensure_ascii=False
  { ...compact, ascii: true },
  { ...compact, ascii: true, slashes: true }, // PHP
];

const token = /"(?:[^"\\]|\\.)*"|[\s]+|[,:]|[^\s",:]+/gs;
const nonAscii = /[^\0-\x7f]/g;

/**
 * The same value in each style, in the order in which its keys stand, and with its numbers letter by letter; two
 * indented forms too. None for a text that is not JSON.
 */
export function rewriteJson(text: string): string[] {
  const value = parsed(text);
  if (value === undefined) return [];
  return [...styles.map((style) => rewrite(text, style)), ...[2, 4].map((spaces) => JSON.stringify(value, null, spaces))];
}

function rewrite(text: string, style: JsonStyle): string {
  const pieces = text.match(token) ?? [];
  return pieces.map((piece) => {
    if (piece === ",") return style.itemSeparator;
    if (piece === ":") return style.keySeparator;
    if (piece.startsWith('"')) return written(piece, style);
    return piece.trim() === "" ? "" : piece;
  }).join("");
}

function written(literal: string, style: JsonStyle): string {
  const value = parsed(literal);
  const plain = typeof value === "string" ? JSON.stringify(value) : literal;
  const ascii = style.ascii ? plain.replace(nonAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : plain;
  return style.slashes ? ascii.replaceAll("/", "\\/") : ascii;
}

/** The decoded value; undefined for a text that is not JSON, or nested deeper than anything that is delivered. */
export function parsed(text: string): unknown {
  const read = parseTolerantJson(text);
  return read.ok ? read.value : undefined;
}
