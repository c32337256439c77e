import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { WatchedRunState } from "../event.ts";
import { watchedRunStates } from "../event.ts";
import { runFields } from "./event-fields.ts";
import type { Filter } from "./filter.ts";
import { nearestName } from "./nearest-name.ts";
import { parseFilter } from "./parse-filter.ts";
import type { Problem } from "./problem.ts";

export type ParsedRunState = { ok: true; states: readonly WatchedRunState[]; run: Filter } | { ok: false; problems: readonly Problem[] };

const known = ["run_filter", "run_state_filter"];

/** Reads `{"run_filter": "{…}", "run_state_filter": {"states": ["FAILED"]}}`, as the SDK writes it; the run filter may be an object too. */
export function readRunStateFilter(json: unknown): ParsedRunState {
  if (!isRecord(json)) return { ok: false, problems: [{ path: "", message: "must be an object" }] };
  const problems: Problem[] = Object.keys(json).filter((key) => !known.includes(key)).map((key) => ({ path: key, message: unknownKey(key) }));
  const states = readStates(json["run_state_filter"]);
  const run = readRunFilter(json["run_filter"]);
  problems.push(...states.problems, ...run.problems);
  if (problems.length > 0 || run.filter === null) return { ok: false, problems };
  return { ok: true, states: states.states, run: run.filter };
}

function unknownKey(key: string): string {
  const nearest = nearestName(key, known);
  return `is not a known name${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`;
}

function readStates(json: unknown): { states: WatchedRunState[]; problems: Problem[] } {
  const path = "run_state_filter.states";
  const listed: unknown = isRecord(json) ? json["states"] : undefined;
  if (!Array.isArray(listed) || listed.length === 0) return { states: [], problems: [{ path, message: `must list at least one of ${watchedRunStates.join(", ")}` }] };
  const found = listed.map((state: unknown) => watchedRunStates.find((wanted) => wanted === state));
  const problems = found.flatMap((state, index) => (state === undefined ? [{ path: `${path}[${index}]`, message: `must be one of ${watchedRunStates.join(", ")}` }] : []));
  return { states: found.filter((state) => state !== undefined), problems };
}

function readRunFilter(json: unknown): { filter: Filter | null; problems: Problem[] } {
  const read = typeof json === "string" ? parseTolerantJson(json) : { ok: true as const, value: json ?? {} };
  if (!read.ok) return { filter: null, problems: [{ path: "run_filter", message: `not JSON: ${read.message}, at character ${read.offset}` }] };
  const parsed = parseFilter(read.value, runFields);
  if (parsed.ok) return { filter: parsed.filter, problems: [] };
  return { filter: null, problems: parsed.problems.map(({ path, message }) => ({ path: path === "" ? "run_filter" : `run_filter.${path}`, message })) };
}
