import type { Aggregate, MetricCondition } from "./condition.ts";

/** `average of val_loss over 3 values is below 0.3`: what `${metric_filter}` becomes. */
export function describeCondition({ metric, measure, comparison, threshold }: MetricCondition): string {
  const amount = Math.abs(threshold);
  switch (measure.kind) {
    case "aggregate":
      return `${measuredWords(measure.aggregate, metric, measure.size)} is ${comparisonWords[comparison]} ${threshold}`;
    case "change": {
      const by = measure.relative ? `${percent(amount)} %` : String(amount);
      return `${measuredWords(measure.aggregate, metric, measure.current)} ${changeWords[comparison]} by at least ${by} against the ${measure.prior} before`;
    }
    case "zscore":
      return `${metric} is at least ${amount} standard deviations ${deviationWords[comparison]} the mean of the ${measure.size} values before`;
  }
}

/** `avg(val_loss, 3) < 0.3`: what `${metric_filter_short}` becomes. */
export const abbreviateCondition = (condition: MetricCondition): string =>
  condition.comparison === "either"
    ? `|${abbreviateMeasure(condition)}| >= ${thresholdText(condition)}`
    : `${abbreviateMeasure(condition)} ${signs[condition.comparison]} ${thresholdText(condition)}`;

/** `avg(val_loss, 3) = 0.29`: what `${metric_current_status}` becomes. */
export const describeMeasured = (condition: MetricCondition, measured: number): string => `${abbreviateMeasure(condition)} = ${measured}`;

function abbreviateMeasure({ metric, measure }: MetricCondition): string {
  switch (measure.kind) {
    case "aggregate":
      return shortMeasured(measure.aggregate, metric, measure.size);
    case "change":
      return `${measure.relative ? "relative change" : "change"}(${shortMeasured(measure.aggregate, metric, measure.current)})`;
    case "zscore":
      return `zscore(${metric}, ${measure.size})`;
  }
}

const thresholdText = ({ measure, comparison, threshold }: MetricCondition): string => {
  const shown = comparison === "either" ? Math.abs(threshold) : threshold;
  return measure.kind === "change" && measure.relative ? `${percent(shown)} %` : String(shown);
};

/** 0.1 is 10, and not 10.000000000000002. */
const percent = (fraction: number): number => Number((fraction * 100).toPrecision(12));

const aggregateWords = { AVERAGE: "average", MIN: "minimum", MAX: "maximum" } as const;
const aggregateShort = { AVERAGE: "avg", MIN: "min", MAX: "max" } as const;
const measuredWords = (aggregate: Aggregate | null, metric: string, size: number): string =>
  aggregate === null ? metric : `${aggregateWords[aggregate]} of ${metric} over ${size} ${size === 1 ? "value" : "values"}`;
const shortMeasured = (aggregate: Aggregate | null, metric: string, size: number): string => (aggregate === null ? metric : `${aggregateShort[aggregate]}(${metric}, ${size})`);

const comparisonWords = { $gt: "above", $gte: "at least", $lt: "below", $lte: "at most", either: "at a distance from 0 of at least" } as const;
const changeWords = { $gt: "rises", $gte: "rises", $lt: "falls", $lte: "falls", either: "changes" } as const;
const deviationWords = { $gt: "above", $gte: "above", $lt: "below", $lte: "below", either: "away from" } as const;
const signs = { $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" } as const;
