import { describe, expect, test } from "vitest";
import { abbreviateCondition, describeCondition, describeMeasured } from "../metrics/describe-condition.ts";
import type { MetricCondition } from "../metrics/condition.ts";
import { parseEventFilter } from "./event-filter.ts";

type Json = Record<string, unknown>;

const read = (type: string, json: unknown): { conditions: readonly MetricCondition[]; problems: readonly { path: string; message: string }[] } => {
  const parsed = parseEventFilter(type, JSON.stringify(json));
  if (!parsed.ok) return { conditions: [], problems: parsed.problems };
  return { conditions: parsed.eventFilter.family === "run_metric" ? parsed.eventFilter.conditions : [], problems: [] };
};

const threshold = (changes: Json = {}): Json => ({ threshold_filter: { name: "loss", agg_op: "AVERAGE", window_size: 5, cmp_op: "$lte", threshold: 1, ...changes } });
const change = (changes: Json = {}): Json => ({ change_filter: { name: "loss", agg_op: "AVERAGE", current_window_size: 5, prior_window_size: 4, change_type: "RELATIVE", change_dir: "INCREASE", change_amount: 0.25, ...changes } });
const zscore = (changes: Json = {}): Json => ({ zscore_filter: { name: "loss", window_size: 30, threshold: 2.5, change_dir: "DECREASE", ...changes } });
const whole = (condition: unknown, run: unknown = '{"$and":[]}', others: Json = { metric_filter: null }): Json => ({ run_filter: run, run_metric_filter: condition, ...others });

describe("the filter of a metric event", () => {
  test("is read as the SDK sends it", () => {
    expect(read("RUN_METRIC", whole(threshold())).conditions).toEqual([{ metric: "loss", measure: { kind: "aggregate", aggregate: "AVERAGE", size: 5 }, comparison: "$lte", threshold: 1 }]);
    expect(read("RUN_METRIC", whole({ ...threshold({ agg_op: null, window_size: 1 }), change_filter: null })).conditions).toMatchObject([{ measure: { aggregate: null, size: 1 } }]);
    expect(read("RUN_METRIC_CHANGE", whole(change())).conditions).toEqual([{ metric: "loss", measure: { kind: "change", aggregate: "AVERAGE", current: 5, prior: 4, relative: true }, comparison: "$gte", threshold: 0.25 }]);
    expect(read("RUN_METRIC_CHANGE", whole(change({ change_dir: "DECREASE", change_type: "ABSOLUTE" }))).conditions).toMatchObject([{ measure: { relative: false }, comparison: "$lte", threshold: -0.25 }]);
    expect(read("RUN_METRIC_ZSCORE", whole(zscore())).conditions).toEqual([{ metric: "loss", measure: { kind: "zscore", size: 30 }, comparison: "$lte", threshold: -2.5 }]);
    expect(read("RUN_METRIC_ZSCORE", whole(zscore({ change_dir: "ANY" }), { display_name: "x" })).conditions).toMatchObject([{ comparison: "either", threshold: 2.5 }]);
  });

  test("holds further conditions, of any kind, as clauses of the run filter's $and", () => {
    const run = JSON.stringify({ $and: [{ display_name: { $contains: "x" } }, { run_metric_filter: threshold({ name: "val_loss" }) }, { run_metric_filter: zscore() }] });
    expect(read("RUN_METRIC", whole(threshold(), run)).conditions.map(({ metric, measure }) => `${metric} ${measure.kind}`)).toEqual(["loss aggregate", "val_loss aggregate", "loss zscore"]);
  });

  const among = (clause: unknown): string => JSON.stringify({ $and: [clause] });
  test.each([
    ["RUN_METRIC", whole(change()), "run_metric_filter", "RUN_METRIC needs a threshold_filter here; change_filter belongs to RUN_METRIC_CHANGE"],
    ["RUN_METRIC", whole(null), "run_metric_filter", "must be an object with one of threshold_filter, change_filter, zscore_filter"],
    ["RUN_METRIC", whole({}), "run_metric_filter", "must hold exactly one of"],
    ["RUN_METRIC", whole({ ...threshold(), ...change() }), "run_metric_filter", "must hold exactly one of"],
    ["RUN_METRIC", whole({ treshold_filter: {} }), "run_metric_filter", '"treshold_filter" is none of them'],
    ["RUN_METRIC", whole(threshold({ window_size: 0 })), "run_metric_filter.threshold_filter.window_size", "a whole number from 1 to 10000"],
    ["RUN_METRIC", whole(threshold({ window_size: 10_001 })), "run_metric_filter.threshold_filter.window_size", "a whole number from 1 to 10000"],
    ["RUN_METRIC", whole(threshold({ window_size: 2.5 })), "run_metric_filter.threshold_filter.window_size", "a whole number"],
    ["RUN_METRIC", whole(threshold({ threshold: "0.5" })), "run_metric_filter.threshold_filter.threshold", "must be a finite number"],
    ["RUN_METRIC", whole(threshold({ threshold: null })), "run_metric_filter.threshold_filter.threshold", "must be a finite number"],
    ["RUN_METRIC", whole(threshold({ cmp_op: "$eq" })), "run_metric_filter.threshold_filter.cmp_op", "must be one of $gt, $gte, $lt, $lte"],
    ["RUN_METRIC", whole(threshold({ cmp_op: "$get" })), "run_metric_filter.threshold_filter.cmp_op", 'did you mean "$gt"?'],
    ["RUN_METRIC", whole(threshold({ agg_op: "MEDIAN" })), "run_metric_filter.threshold_filter.agg_op", "must be one of AVERAGE, MIN, MAX"],
    ["RUN_METRIC", whole(threshold({ name: " " })), "run_metric_filter.threshold_filter.name", "must be the name of a metric"],
    ["RUN_METRIC", whole(threshold({ windowsize: 5 })), "run_metric_filter.threshold_filter.windowsize", 'did you mean "window_size"?'],
    ["RUN_METRIC_CHANGE", whole(change({ change_amount: 0 })), "run_metric_filter.change_filter.change_amount", "above 0"],
    ["RUN_METRIC_CHANGE", whole(change({ change_dir: "UP" })), "run_metric_filter.change_filter.change_dir", "must be one of INCREASE, DECREASE, ANY"],
    ["RUN_METRIC_ZSCORE", whole(zscore({ threshold: -3 })), "run_metric_filter.zscore_filter.threshold", "above 0"],
    ["RUN_METRIC", whole(threshold(), "{"), "run_filter", "not JSON"],
    ["RUN_METRIC", whole(threshold(), among({ displayname: "x" })), "run_filter.$and[0].displayname", 'did you mean "displayName"?'],
    ["RUN_METRIC", whole(threshold(), among({ run_metric_filter: threshold({ window_size: 0 }) })), "run_filter.$and[0].run_metric_filter.threshold_filter.window_size", "a whole number"],
    ["RUN_METRIC", whole(threshold(), JSON.stringify({ $or: [{ run_metric_filter: threshold() }] })), "run_filter.$or[0].run_metric_filter", "joined by AND"],
    ["RUN_METRIC", whole(threshold(), among({ $not: { run_metric_filter: threshold() } })), "run_filter.$and[0].$not.run_metric_filter", "joined by AND"],
    ["RUN_METRIC", whole(threshold(), "{}", { metric_filter: "{}" }), "metric_filter", "an old form that is not supported"],
    ["RUN_METRIC", whole(threshold(), "{}", { run_metrics_filter: {} }), "run_metrics_filter", 'did you mean "run_metric_filter"?'],
    ["RUN_METRIC", whole(threshold(), JSON.stringify({ $and: Array.from({ length: 20 }, () => ({ run_metric_filter: threshold() })) })), "run_filter", "more than 20 conditions"],
  ])("what cannot work is refused with what and where: %s %j", (type, json, path, message) => {
    expect(read(type, json).problems).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});

describe("a condition in words", () => {
  test.each([
    ["RUN_METRIC", threshold({ cmp_op: "$lt", window_size: 3, threshold: 0.3, name: "val_loss" }), ["average of val_loss over 3 values is below 0.3", "avg(val_loss, 3) < 0.3", "avg(val_loss, 3) = 0.29"]],
    ["RUN_METRIC", threshold({ cmp_op: "$gte", agg_op: null }), ["loss is at least 1", "loss >= 1", "loss = 0.29"]],
    ["RUN_METRIC", threshold({ cmp_op: "$gt", agg_op: "MAX", window_size: 1 }), ["maximum of loss over 1 value is above 1", "max(loss, 1) > 1", "max(loss, 1) = 0.29"]],
    ["RUN_METRIC_CHANGE", change({ change_amount: 0.1 }), ["average of loss over 5 values rises by at least 10 % against the 4 before", "relative change(avg(loss, 5)) >= 10 %", "relative change(avg(loss, 5)) = 0.29"]],
    ["RUN_METRIC_CHANGE", change({ change_type: "ABSOLUTE", change_dir: "DECREASE", change_amount: 2 }), ["average of loss over 5 values falls by at least 2 against the 4 before", "change(avg(loss, 5)) <= -2", "change(avg(loss, 5)) = 0.29"]],
    ["RUN_METRIC_CHANGE", change({ change_dir: "ANY", agg_op: null }), ["loss changes by at least 25 % against the 4 before", "|relative change(loss)| >= 25 %", "relative change(loss) = 0.29"]],
    ["RUN_METRIC_ZSCORE", zscore(), ["loss is at least 2.5 standard deviations below the mean of the 30 values before", "zscore(loss, 30) <= -2.5", "zscore(loss, 30) = 0.29"]],
    ["RUN_METRIC_ZSCORE", zscore({ change_dir: "ANY" }), ["loss is at least 2.5 standard deviations away from the mean of the 30 values before", "|zscore(loss, 30)| >= 2.5", "zscore(loss, 30) = 0.29"]],
  ])("%s %j", (type, condition, texts) => {
    const [only] = read(type, whole(condition)).conditions;
    if (only === undefined) throw new Error("the condition was refused");
    expect([describeCondition(only), abbreviateCondition(only), describeMeasured(only, 0.29)]).toEqual(texts);
  });
});
