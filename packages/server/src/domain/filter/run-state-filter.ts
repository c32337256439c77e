import { isRecord } from "../../kit/cast.ts";
import type { WatchedRunState } from "../event.ts";
import { watchedRunStates } from "../event.ts";
import type { Filter } from "./filter.ts";
import { unknownMembers } from "./known-members.ts";
import type { Problem } from "./problem.ts";
import { compileRunFilter, decodeRunFilter } from "./run-filter-text.ts";

export type ParsedRunState = { ok: true; states: readonly WatchedRunState[]; run: Filter } | { ok: false; problems: readonly Problem[] };

const known = ["run_filter", "run_state_filter"];

/** Reads `{"run_filter": "{…}", "run_state_filter": {"states": ["FAILED"]}}`, as the SDK writes it; the run filter may be an object too. */
export function readRunStateFilter(json: unknown): ParsedRunState {
  if (!isRecord(json)) return { ok: false, problems: [{ path: "", message: "must be an object" }] };
  const problems = unknownMembers(json, known);
  const states = readStates(json["run_state_filter"]);
  const decoded = decodeRunFilter(json["run_filter"]);
  const run = decoded.ok ? compileRunFilter(decoded.value) : { filter: null, problems: [decoded.problem] };
  problems.push(...states.problems, ...run.problems);
  if (problems.length > 0 || run.filter === null) return { ok: false, problems };
  return { ok: true, states: states.states, run: run.filter };
}

function readStates(json: unknown): { states: WatchedRunState[]; problems: Problem[] } {
  const path = "run_state_filter.states";
  const listed: unknown = isRecord(json) ? json["states"] : undefined;
  if (!Array.isArray(listed) || listed.length === 0) return { states: [], problems: [{ path, message: `must list at least one of ${watchedRunStates.join(", ")}` }] };
  const found = listed.map((state: unknown) => watchedRunStates.find((wanted) => wanted === state));
  const problems = found.flatMap((state, index) => (state === undefined ? [{ path: `${path}[${index}]`, message: `must be one of ${watchedRunStates.join(", ")}` }] : []));
  return { states: found.filter((state) => state !== undefined), problems };
}
