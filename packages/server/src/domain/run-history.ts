import { isRecord } from "../kit/cast.ts";
import { parseTolerantJson } from "../kit/json-tolerant.ts";

/** The object that a stored line holds; empty for a line that is none, which only old data could have. */
export function readRow(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseTolerantJson(text);
  return parsed.ok && isRecord(parsed.value) ? parsed.value : {};
}

/** The `_step` of a history line; null when it has none. */
export function stepOf(row: Readonly<Record<string, unknown>>): number | null {
  const step = row["_step"];
  return typeof step === "number" && Number.isFinite(step) ? step : null;
}

/** The least and greatest of some steps; null when there are none. */
export function rangeOf(steps: readonly (number | null)[]): { min: number; max: number } | null {
  let range: { min: number; max: number } | null = null;
  for (const step of steps) {
    if (step === null) continue;
    range = range === null ? { min: step, max: step } : { min: Math.min(range.min, step), max: Math.max(range.max, step) };
  }
  return range;
}

/** The value under a key as logged: flat (`{"a.b": 1}`) or nested (`{"a": {"b": 1}}`); undefined when there is none. */
export function valueAt(row: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(row, key)) return row[key];
  for (let dot = key.indexOf("."); dot !== -1; dot = key.indexOf(".", dot + 1)) {
    const head = key.slice(0, dot);
    const inner = Object.hasOwn(row, head) ? row[head] : undefined;
    if (!isRecord(inner)) continue;
    const found = valueAt(inner, key.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Tells every key of a line with its value. Nested objects are told by their path, `a.b`; media objects as one value. */
export function eachKey(row: Readonly<Record<string, unknown>>, each: (key: string, value: unknown) => void): void {
  for (const key of Object.keys(row)) tell(key, row[key], each);
}

function tell(key: string, value: unknown, each: (key: string, value: unknown) => void): void {
  if (!isRecord(value) || typeof value["_type"] === "string") each(key, value);
  else for (const name of Object.keys(value)) tell(`${key}.${name}`, value[name], each);
}

/** When a line was logged, in milliseconds since 1970, by the clock of the script; null where it does not say. */
export function loggedAt(row: Readonly<Record<string, unknown>>): number | null {
  const seconds = row["_timestamp"];
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1_000 : null;
}

export type Sampler<Item> = { add(item: Item): void; items(): Item[] };

/**
 * Takes any number of items and gives at most `most` of them, evenly spread, the first and the last among them; all of
 * them when they are no more. Holds twice as many at a time, however many come.
 */
export function makeSampler<Item>(most: number): Sampler<Item> {
  let kept: Item[] = [];
  let stride = 1;
  let seen = 0;
  let last: Item[] = [];
  return {
    add(item) {
      if (seen % stride === 0) {
        kept.push(item);
        if (kept.length > 2 * most) {
          kept = kept.filter((_, index) => index % 2 === 0);
          stride *= 2;
        }
      }
      last = seen % stride === 0 ? [] : [item];
      seen += 1;
    },
    items: () => evenly([...kept, ...last], most),
  };
}

function evenly<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  if (most === 1) return items.slice(-1);
  return Array.from({ length: most }, (_, index) => Math.round((index * (items.length - 1)) / (most - 1))).flatMap((index) => items.slice(index, index + 1));
}

/** The same value for JSON proper, which has no numbers that are not finite: those become strings. */
export function withoutNonFinite(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(withoutNonFinite);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNonFinite(member)]));
}
