import { isRecord } from "../../kit/cast.ts";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import { unknownMembers } from "../filter/known-members.ts";
import type { Problem } from "../filter/problem.ts";
import { memberPath } from "../filter/problem.ts";
import type { Aggregate, Comparison, Measure, MetricCondition } from "./condition.ts";
import { aggregates, longestWindow } from "./condition.ts";
import type { MetricEventType } from "./watch.ts";

export type ReadCondition = { ok: true; kind: MetricEventType; condition: MetricCondition } | { ok: false; problems: readonly Problem[] };

type Fields = Readonly<Record<string, unknown>>;

/** One kind of condition on the wire: the key it stands under, and how its members are read. */
type Form = { readonly key: string; readonly type: MetricEventType; readonly members: readonly string[]; read(ask: Asker): Omit<MetricCondition, "metric"> };

const thresholdComparisons = ["$gt", "$gte", "$lt", "$lte"] as const;
const directions = ["INCREASE", "DECREASE", "ANY"] as const;
type Direction = (typeof directions)[number];

const forms: readonly Form[] = [
  { key: "threshold_filter", type: "RUN_METRIC", members: ["name", "agg_op", "window_size", "cmp_op", "threshold"], read: readThreshold },
  { key: "change_filter", type: "RUN_METRIC_CHANGE", members: ["name", "agg_op", "current_window_size", "prior_window_size", "change_type", "change_dir", "change_amount"], read: readChange },
  { key: "zscore_filter", type: "RUN_METRIC_ZSCORE", members: ["name", "window_size", "threshold", "change_dir"], read: readZscore },
];

/** The event types, by the key under which their condition stands. */
export const conditionKeys: ReadonlyMap<MetricEventType, string> = new Map(forms.map(({ type, key }) => [type, key]));

/** Longer names of metrics are refused; the path of a nested key counts as one name. */
const longestName = 512;

/** Reads `{"threshold_filter": {…}}`, `{"change_filter": {…}}` or `{"zscore_filter": {…}}`, as the SDK writes them. */
export function readCondition(json: unknown, path: string): ReadCondition {
  if (!isRecord(json)) return refused([{ path, message: `must be an object with one of ${forms.map(({ key }) => key).join(", ")}` }]);
  const given = Object.keys(json).filter((key) => json[key] !== null && json[key] !== undefined);
  const [key, ...others] = given;
  const form = forms.find((known) => known.key === key);
  if (form === undefined || others.length > 0) return refused([{ path, message: `must hold exactly one of ${forms.map((known) => known.key).join(", ")}${key === undefined || form !== undefined ? "" : `; "${key.slice(0, 64)}" is none of them`}` }]);
  return readForm(form, json[form.key], memberPath(path, form.key));
}

function readForm(form: Form, json: unknown, path: string): ReadCondition {
  if (!isRecord(json)) return refused([{ path, message: "must be an object" }]);
  const ask = makeAsker(json, path);
  for (const { path: member, message } of unknownMembers(json, form.members)) ask.refuse(member, message);
  const metric = ask.name("name");
  const condition = form.read(ask);
  return ask.problems.length > 0 ? refused(ask.problems) : { ok: true, kind: form.type, condition: { metric, ...condition } };
}

function readThreshold(ask: Asker): Omit<MetricCondition, "metric"> {
  const aggregate = ask.aggregate("agg_op");
  const size = ask.window("window_size", 1);
  return {
    // Without an aggregate it is the single newest value, whatever the window says.
    measure: { kind: "aggregate", aggregate, size: aggregate === null ? 1 : size },
    comparison: ask.oneOf("cmp_op", thresholdComparisons),
    threshold: ask.number("threshold", "any"),
  };
}

function readChange(ask: Asker): Omit<MetricCondition, "metric"> {
  const current = ask.window("current_window_size", 1);
  const measure: Measure = {
    kind: "change",
    aggregate: ask.aggregate("agg_op"),
    current,
    prior: ask.window("prior_window_size", current),
    relative: ask.oneOf("change_type", ["ABSOLUTE", "RELATIVE"] as const) === "RELATIVE",
  };
  return { measure, ...directed(ask.oneOf("change_dir", directions), ask.number("change_amount", "positive")) };
}

function readZscore(ask: Asker): Omit<MetricCondition, "metric"> {
  const measure: Measure = { kind: "zscore", size: ask.window("window_size", 30) };
  return { measure, ...directed(ask.oneOf("change_dir", directions), ask.number("threshold", "positive")) };
}

function directed(direction: Direction, amount: number): { comparison: Comparison; threshold: number } {
  switch (direction) {
    case "INCREASE":
      return { comparison: "$gte", threshold: amount };
    case "DECREASE":
      return { comparison: "$lte", threshold: -amount };
    case "ANY":
      return { comparison: "either", threshold: amount };
  }
}

type Asker = ReturnType<typeof makeAsker>;

/** Reads members one by one; what is wrong is noted, and something harmless given in its place. */
function makeAsker(fields: Fields, path: string) {
  const problems: Problem[] = [];
  const refuse = (member: string, message: string): void => void problems.push({ path: memberPath(path, member), message });
  return {
    problems,
    refuse,
    name(member: string): string {
      const value = fields[member];
      if (typeof value === "string" && value.trim() !== "" && value.length <= longestName) return value;
      refuse(member, `must be the name of a metric, at most ${longestName} characters`);
      return "";
    },
    number(member: string, which: "any" | "positive"): number {
      const value = fields[member];
      if (typeof value === "number" && Number.isFinite(value) && (which === "any" || value > 0)) return value;
      refuse(member, which === "any" ? "must be a finite number" : "must be a finite number above 0");
      return 1;
    },
    window(member: string, otherwise: number): number {
      const value = fields[member] ?? otherwise;
      if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= longestWindow) return value;
      refuse(member, `must be a whole number from 1 to ${longestWindow}`);
      return 1;
    },
    aggregate(member: string): Aggregate | null {
      const value = fields[member] ?? null;
      return value === null ? null : this.oneOf(member, aggregates);
    },
    oneOf<const Name extends string>(member: string, names: readonly [Name, ...Name[]]): Name {
      const found = names.find((name) => name === fields[member]);
      if (found !== undefined) return found;
      const written = fields[member];
      const hint = typeof written === "string" ? didYouMean(nearestName(written, names)) : "";
      refuse(member, `must be one of ${names.join(", ")}${hint}`);
      return names[0];
    },
  };
}

const refused = (problems: readonly Problem[]): ReadCondition => ({ ok: false, problems });
