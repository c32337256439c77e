import { isRecord } from "../kit/cast.ts";
import { parseTolerantJson } from "../kit/json-tolerant.ts";
import { eachKey, withoutNonFinite } from "./run-history.ts";

/** What a run has logged under one key: how many values of each type, and the last one if it is short. */
export type HistoryKey = { counts: Record<string, number>; last: string | number | boolean | null };
export type HistoryKeys = Map<string, HistoryKey>;

type Row = Readonly<Record<string, unknown>>;

/** A run that makes up keys without end must not make every later report slow. */
const mostKeys = 10_000;
const longestLast = 200;

/** Counts the keys of new history rows. Nested objects count by their path, `a.b`; media objects count as one value. */
export function addRows(keys: HistoryKeys, rows: readonly Row[]): void {
  for (const row of rows) eachKey(row, (key, value) => count(keys, key, value, 1));
}

/** Takes the keys of rows that were removed out of the count; a key of which nothing is left goes. */
export function removeRows(keys: HistoryKeys, rows: readonly Row[]): void {
  for (const row of rows) eachKey(row, (key, value) => count(keys, key, value, -1));
}

function count(keys: HistoryKeys, key: string, value: unknown, by: 1 | -1): void {
  let known = keys.get(key);
  if (known === undefined) {
    if (by === -1 || keys.size >= mostKeys) return;
    known = { counts: {}, last: null };
    keys.set(key, known);
  }
  const type = typeName(value);
  const total = (Object.hasOwn(known.counts, type) ? (known.counts[type] ?? 0) : 0) + by;
  if (total > 0) known.counts[type] = total;
  else delete known.counts[type];
  if (by === 1) known.last = short(value);
  else if (Object.keys(known.counts).length === 0) keys.delete(key);
}

function typeName(value: unknown): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "list";
  if (isRecord(value)) return typeof value["_type"] === "string" ? value["_type"].slice(0, 64) : "map";
  return typeof value;
}

function short(value: unknown): HistoryKey["last"] {
  const plain = withoutNonFinite(value);
  if (typeof plain === "string") return plain.length <= longestLast ? plain : null;
  // JSON has no negative zero.
  if (plain === 0) return 0;
  return typeof plain === "number" || typeof plain === "boolean" ? plain : null;
}

/** As stored with the run: `{"loss":[{"number":12},0.1]}`. */
export const writeKeys = (keys: HistoryKeys): string => JSON.stringify(Object.fromEntries([...keys].map(([key, { counts, last }]) => [key, [counts, last]])));

export function readKeys(text: string): HistoryKeys {
  // Keys are whatever scripts log, and V8 misreads keys with escapes now and then (nodejs/node#63785).
  const stored = parseTolerantJson(text);
  const keys: HistoryKeys = new Map();
  if (!stored.ok || !isRecord(stored.value)) return keys;
  for (const [key, entry] of Object.entries(stored.value)) {
    if (!Array.isArray(entry) || !isRecord(entry[0])) continue;
    const counts = Object.fromEntries(Object.entries(entry[0]).map(([type, total]) => [type, Number(total)]));
    keys.set(key, { counts, last: short(entry[1]) });
  }
  return keys;
}
