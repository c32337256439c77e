import { isRecord } from "../kit/cast.ts";

/** A place where two JSON values differ: `model.tags[2]`; the whole value has the path "". A side without it is undefined. */
export type Difference = { path: string; before: unknown; after: unknown };

/** Where they differ, in the order of the first value's keys, at most `most` places. */
export function differencesOf(before: unknown, after: unknown, most: number): Difference[] {
  const found: Difference[] = [];
  compare({ path: "", before, after }, found, most);
  return found;
}

function compare(at: Difference, found: Difference[], most: number): void {
  if (found.length >= most) return;
  const { path, before, after } = at;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare({ path: path === "" ? key : `${path}.${key}`, before: own(before, key), after: own(after, key) }, found, most);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const [left, right]: [unknown[], unknown[]] = [before, after];
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) compare({ path: `${path}[${index}]`, before: left[index], after: right[index] }, found, most);
  } else if (!Object.is(before, after)) found.push(at);
}

const own = (record: Record<string, unknown>, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
