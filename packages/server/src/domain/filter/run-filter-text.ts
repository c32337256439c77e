import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { runFields } from "./event-fields.ts";
import type { Filter } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";
import type { Problem } from "./problem.ts";

const where = "run_filter";

/** The JSON of a run filter: the SDK sends it as a text within the text; an object is taken too, and nothing for every run. */
export function decodeRunFilter(json: unknown): { ok: true; value: unknown } | { ok: false; problem: Problem } {
  if (typeof json !== "string") return { ok: true, value: json ?? {} };
  const read = parseTolerantJson(json);
  return read.ok ? read : { ok: false, problem: { path: where, message: `not JSON: ${read.message}, at character ${read.offset}` } };
}

/** Compiles the decoded JSON of a run filter. */
export function compileRunFilter(value: unknown): { filter: Filter | null; problems: Problem[] } {
  const parsed = parseFilter(value, runFields);
  if (parsed.ok) return { filter: parsed.filter, problems: [] };
  return { filter: null, problems: parsed.problems.map(({ path, message }) => ({ path: path === "" ? where : `${where}.${path}`, message })) };
}
