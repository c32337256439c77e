import { isRecord } from "../../kit/cast.ts";
import type { MetricCondition } from "../metrics/condition.ts";
import { conditionKeys, readCondition } from "../metrics/read-condition.ts";
import type { ReadCondition } from "../metrics/read-condition.ts";
import type { MetricEventType } from "../metrics/watch.ts";
import type { Filter } from "./filter.ts";
import { unknownMembers } from "./known-members.ts";
import type { Problem } from "./problem.ts";
import { compileRunFilter, decodeRunFilter } from "./run-filter-text.ts";

export type ParsedRunMetric = { ok: true; conditions: readonly MetricCondition[]; run: Filter } | { ok: false; problems: readonly Problem[] };

const member = "run_metric_filter";
const mostConditions = 20;

/**
 * Reads `{"run_metric_filter": {"threshold_filter": {…}}, "run_filter": "{…}"}`, as the SDK writes it. The SDK has room
 * for one condition; further ones stand as clauses `{"run_metric_filter": {…}}` in the `$and` of the run filter, which
 * the SDK keeps as they are when it reads an automation and saves it again.
 */
export function readRunMetricFilter(json: unknown, eventType: MetricEventType): ParsedRunMetric {
  if (!isRecord(json)) return { ok: false, problems: [{ path: "", message: "must be an object" }] };
  const problems: Problem[] = unknownMembers(json, [member, "run_filter", "metric_filter"]);
  if (json["metric_filter"] !== null && json["metric_filter"] !== undefined) problems.push({ path: "metric_filter", message: `is an old form that is not supported; write ${member}` });
  const first = readFirst(json[member], eventType);
  const decoded = decodeRunFilter(json["run_filter"]);
  if (!decoded.ok) return { ok: false, problems: [...problems, ...problemsOf([first]), decoded.problem] };
  const { further, rest } = takeConditions(decoded.value);
  const run = compileRunFilter(rest);
  const all = [first, ...further];
  problems.push(...problemsOf(all), ...run.problems.map(explainMisplaced));
  if (all.length > mostConditions) problems.push({ path: "run_filter", message: `more than ${mostConditions} conditions over metrics` });
  if (problems.length > 0 || run.filter === null) return { ok: false, problems };
  return { ok: true, conditions: all.flatMap((read) => (read.ok ? [read.condition] : [])), run: run.filter };
}

/** The first condition decides of what type the event is. */
function readFirst(json: unknown, eventType: MetricEventType): ReadCondition {
  const read = readCondition(json, member);
  if (!read.ok || read.kind === eventType) return read;
  return { ok: false, problems: [{ path: member, message: `${eventType} needs a ${conditionKeys.get(eventType) ?? "condition"} here; ${conditionKeys.get(read.kind) ?? "this"} belongs to ${read.kind}` }] };
}

/** Takes the conditions out of the top level `$and`; nothing else may stand beside one. */
function takeConditions(filter: unknown): { further: ReadCondition[]; rest: unknown } {
  if (!isRecord(filter) || !Array.isArray(filter["$and"])) return { further: [], rest: filter };
  const clauses: readonly unknown[] = filter["$and"];
  const isCondition = (clause: unknown): clause is Record<string, unknown> => isRecord(clause) && Object.hasOwn(clause, member) && Object.keys(clause).length === 1;
  const further = clauses.flatMap((clause, index) => (isCondition(clause) ? [readCondition(clause[member], `run_filter.$and[${index}].${member}`)] : []));
  return { further, rest: further.length === 0 ? filter : { ...filter, $and: clauses.filter((clause) => !isCondition(clause)) } };
}

const problemsOf = (read: readonly ReadCondition[]): Problem[] => read.flatMap((one) => (one.ok ? [] : [...one.problems]));

const explainMisplaced = (problem: Problem): Problem =>
  problem.path.endsWith(`.${member}`) ? { path: problem.path, message: "conditions over metrics are joined by AND: each has to stand by itself in the run filter's outermost $and" } : problem;
