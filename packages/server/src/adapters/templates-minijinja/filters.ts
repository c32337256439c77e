import { textOfObject } from "../../domain/printed-object.ts";
import { floatText, jsonText, membersOf, pythonRepr, pythonText } from "./python-text.ts";
import { percentFormat } from "./python-format.ts";
import { indentText, titleText, truncateText, wrapText } from "./text-filters.ts";

/** A filter: the value, then what stands in its brackets; named ones come last, in a Map. */
export type Filter = (value: unknown, ...given: unknown[]) => unknown;

/** Filters that Jinja2 has and the engine lacks, or does otherwise than Python. */
export const filters: Readonly<Record<string, Filter>> = {
  __float: (text) => floatText(floatOf(String(text))),
  __repr: (value) => pythonText(value),
  __percent: (value) => encodeURIComponent(pythonText(value).toWellFormed()),
  tojson: (value, ...given) => jsonText(value, integer(argument(given, 0, "indent"), "tojson", 16)),
  format: (value, ...given) => percentFormat(pythonText(value), positional(given), named(given)),
  urlencode: (value) => urlEncode(value),
  wordcount: (value) => pythonText(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  center: (value, ...given) => center(pythonText(value), integer(argument(given, 0, "width"), "center", 10_000) ?? 80),
  forceescape: (value) => escapeHtml(pythonText(value)),
  pprint: (value) => pythonRepr(value),
  join: (value, ...given) => join(value, textArgument(given, 0, "d", ""), argument(given, 1, "attribute")),
  int: (value, ...given) => toInteger(value, argument(given, 0, "default") ?? 0, integer(argument(given, 1, "base"), "int", 36) ?? 10),
  length: (value) => lengthOf(value),
  count: (value) => lengthOf(value),
  title: (value) => titleText(pythonText(value)),
  truncate: (value, ...given) =>
    truncateText(pythonText(value), { length: integer(argument(given, 0, "length"), "truncate", 1_000_000) ?? 255, killWords: argument(given, 1, "killwords") === true, end: textArgument(given, 2, "end", "..."), leeway: integer(argument(given, 3, "leeway"), "truncate", 1_000) ?? 5 }),
  indent: (value, ...given) => indentText(pythonText(value), indentWith(argument(given, 0, "width")), { first: argument(given, 1, "first") === true, blank: argument(given, 2, "blank") === true }),
  wordwrap: (value, ...given) => wrapText(pythonText(value), integer(argument(given, 0, "width"), "wordwrap", 10_000) ?? 79),
  string: (value) => (value === undefined ? "" : pythonText(value)),
};

const isNamed = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;

/** The engine gives named arguments as one Map behind the others. */
const named = (given: readonly unknown[]): ReadonlyMap<unknown, unknown> => {
  const last = given.at(-1);
  return isNamed(last) ? last : new Map();
};

const positional = (given: readonly unknown[]): readonly unknown[] => (isNamed(given.at(-1)) ? given.slice(0, -1) : given);

const argument = (given: readonly unknown[], index: number, name: string): unknown => positional(given)[index] ?? named(given).get(name);

const textArgument = (given: readonly unknown[], index: number, name: string, fallback: string): string => {
  const value = argument(given, index, name);
  return value === undefined || value === null ? fallback : pythonText(value);
};

const indentWith = (width: unknown): string => (typeof width === "string" ? width.slice(0, 100) : " ".repeat(integer(width, "indent", 100) ?? 4));

function join(value: unknown, separator: string, attribute: unknown): string {
  const members: unknown[] = typeof value === "string" ? [...value] : Array.isArray(value) ? value : (membersOf(value) ?? []).map(([key]) => key);
  const wanted = attribute === undefined ? null : String(attribute);
  return members.map((member) => (wanted === null ? member : membersOf(member)?.find(([key]) => key === wanted)?.[1])).map((member) => (member === undefined && wanted !== null ? "" : pythonText(member))).join(separator);
}

function toInteger(value: unknown, fallback: unknown, base: number): unknown {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim().replaceAll("_", "") : "";
  const digits = base === 16 ? text.replace(/^([-+]?)0x/i, "$1") : base === 8 ? text.replace(/^([-+]?)0o/i, "$1") : base === 2 ? text.replace(/^([-+]?)0b/i, "$1") : text;
  const read = base === 10 ? (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits) ? Math.trunc(Number(digits)) : Number.NaN) : /^[-+]?[0-9a-z]+$/i.test(digits) ? Number.parseInt(digits, base) : Number.NaN;
  return Number.isFinite(read) ? read : fallback;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  if (typeof value === "number" || typeof value === "boolean") throw new Error(`length: ${pythonRepr(value)} has none`);
  return membersOf(value)?.filter(([key]) => key !== textOfObject).length ?? 0;
}

function integer(value: unknown, filter: string, most: number): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) throw new Error(`${filter}: needs a whole number from 0 to ${most}`);
  return value;
}

/** Floats as the engine writes them; infinities as Rust calls them. */
const floatOf = (text: string): number => (text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text));

/** As Python's `quote`: unreserved characters and the slash stay; pairs become a query. */
function urlEncode(value: unknown): string {
  const members = membersOf(value);
  const pairs = members ?? (Array.isArray(value) ? value.filter((pair): pair is unknown[] => Array.isArray(pair)).map((pair): [unknown, unknown] => [pair[0], pair[1]]) : null);
  if (pairs === null) return quote(pythonText(value)).replaceAll("%2F", "/");
  return pairs.map(([key, member]) => `${quote(pythonText(key))}=${quote(pythonText(member))}`.replaceAll("%20", "+")).join("&");
}

const quote = (text: string): string => encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** As `str.center`: of an odd rest, the greater half goes left where the width is odd. */
function center(text: string, width: number): string {
  const rest = width - [...text].length;
  if (rest <= 0) return text;
  const left = Math.floor(rest / 2) + (rest & width & 1);
  return " ".repeat(left) + text + " ".repeat(rest - left);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };

const escapeHtml = (text: string): string => text.replace(/[&<>'"]/g, (character) => entities[character] ?? character);
