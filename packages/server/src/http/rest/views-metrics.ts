import type { MetricConditionInput } from "@bellhop/contract";
import { invalidAt } from "../../domain/failure.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";

/** How conditions over metrics look over REST, and how they are written in the words of the SDK, in which they are stored. */

type Wire = Readonly<Record<string, unknown>>;

const aggregateNames = { average: "AVERAGE", min: "MIN", max: "MAX" } as const;
const operatorNames = { ">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte" } as const;
const eventTypes = { threshold: "RUN_METRIC", change: "RUN_METRIC_CHANGE", zscore: "RUN_METRIC_ZSCORE" } as const;

/** The filter's text for conditions that all have to hold, of runs that a filter describes. Throws invalid for a type that is not the first condition's. */
export function metricFilterText(type: string | undefined, filter: Wire, conditions: readonly MetricConditionInput[]): string {
  const [first, ...further] = conditions;
  if (first === undefined) throw invalidAt("event.metrics", "must hold at least one condition");
  if (type !== undefined && type !== eventTypes[first.type]) throw invalidAt("event.metrics[0].type", `a condition of type ${first.type} belongs to ${eventTypes[first.type]}, not to ${type.slice(0, 64)}`);
  const clauses = [...(Object.keys(filter).length === 0 ? [] : [filter]), ...further.map((condition) => ({ run_metric_filter: wireOf(condition) }))];
  return JSON.stringify({ run_filter: JSON.stringify({ $and: clauses }), run_metric_filter: wireOf(first), metric_filter: null });
}

function wireOf(condition: MetricConditionInput): Wire {
  switch (condition.type) {
    case "threshold":
      return { threshold_filter: { name: condition.metric, agg_op: aggregateOf(condition), window_size: condition.window ?? 1, cmp_op: operatorNames[condition.operator], threshold: condition.value } };
    case "change": {
      const { metric: name, window = 1, priorWindow = window, change, direction, amount } = condition;
      return { change_filter: { name, agg_op: aggregateOf(condition), current_window_size: window, prior_window_size: priorWindow, change_type: change.toUpperCase(), change_dir: direction.toUpperCase(), change_amount: amount } };
    }
    case "zscore":
      return { zscore_filter: { name: condition.metric, window_size: condition.window ?? 30, threshold: condition.threshold, change_dir: condition.direction.toUpperCase() } };
  }
}

const aggregateOf = ({ aggregate }: { aggregate?: keyof typeof aggregateNames }): string | null => (aggregate === undefined ? null : aggregateNames[aggregate]);

/** The conditions and the run filter of a stored text; it was checked when it was saved. */
export function showMetricFilter(stored: Wire): { filter: Record<string, unknown>; metrics: MetricConditionInput[] } {
  const run = runFilterOf(stored["run_filter"]);
  const clauses: readonly unknown[] = Array.isArray(run["$and"]) ? run["$and"] : [];
  const isCondition = (clause: unknown): clause is Wire => isRecord(clause) && Object.hasOwn(clause, "run_metric_filter");
  const others = clauses.filter((clause) => !isCondition(clause));
  const [only] = others;
  const alone = Object.keys(run).length === 1 && clauses.length > 0;
  return {
    filter: alone && others.length === 1 && isRecord(only) ? only : others.length === 0 && Object.keys(run).length <= 1 ? {} : { ...run, ...(clauses.length > 0 ? { $and: others } : {}) },
    metrics: [stored["run_metric_filter"], ...clauses.filter(isCondition).map((clause) => clause["run_metric_filter"])].flatMap(conditionOf),
  };
}

function runFilterOf(json: unknown): Record<string, unknown> {
  if (typeof json !== "string") return isRecord(json) ? json : {};
  const read = parseTolerantJson(json);
  return read.ok && isRecord(read.value) ? read.value : {};
}

function conditionOf(json: unknown): MetricConditionInput[] {
  if (!isRecord(json)) return [];
  const { threshold_filter: threshold, change_filter: change, zscore_filter: zscore } = json;
  if (isRecord(threshold)) return [{ type: "threshold", metric: String(threshold["name"]), ...aggregateShown(threshold), window: Number(threshold["window_size"] ?? 1), operator: keyOf(operatorNames, threshold["cmp_op"], ">"), value: Number(threshold["threshold"]) }];
  if (isRecord(change)) {
    const window = Number(change["current_window_size"] ?? 1);
    const relative = change["change_type"] === "RELATIVE" ? "relative" : "absolute";
    return [{ type: "change", metric: String(change["name"]), ...aggregateShown(change), window, priorWindow: Number(change["prior_window_size"] ?? window), change: relative, direction: directionShown(change), amount: Number(change["change_amount"]) }];
  }
  return isRecord(zscore) ? [{ type: "zscore", metric: String(zscore["name"]), window: Number(zscore["window_size"] ?? 30), direction: directionShown(zscore), threshold: Number(zscore["threshold"]) }] : [];
}

const directionShown = (condition: Wire): "increase" | "decrease" | "any" => (condition["change_dir"] === "INCREASE" ? "increase" : condition["change_dir"] === "DECREASE" ? "decrease" : "any");
const aggregateShown = ({ agg_op: aggregate }: Wire): { aggregate?: "average" | "min" | "max" } => (typeof aggregate === "string" ? { aggregate: keyOf(aggregateNames, aggregate, "average") } : {});

/** The name over REST of a name on the wire. */
function keyOf<Key extends string>(names: Readonly<Record<Key, string>>, value: unknown, otherwise: NoInfer<Key>): Key {
  for (const key in names) if (names[key] === value) return key;
  return otherwise;
}
