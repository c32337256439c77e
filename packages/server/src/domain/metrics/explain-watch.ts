import { compares, valuesNeeded } from "./condition.ts";
import { abbreviateCondition, describeMeasured } from "./describe-condition.ts";
import { measureAt } from "./measure.ts";
import type { MetricWatch, Windows } from "./watch.ts";

/** A condition at a run's newest values. */
export type ExplainedMetric = {
  metric: string;
  /** As in `avg(loss, 3) < 0.3`. */
  condition: string;
  held: boolean;
  /** What it measures: `avg(loss, 3) = 0.4`; null where it measures nothing: too few values, or no finite result. */
  status: string | null;
  /** Values in the window, of those that are needed before it is judged. */
  values: number;
  needed: number;
};

export function explainWatch(watch: MetricWatch, windows: Windows): ExplainedMetric[] {
  return watch.conditions.map((condition) => {
    const values = windows.get(condition.metric) ?? new Float64Array(0);
    const measured = measureAt(condition.measure, values, values.length);
    const needed = valuesNeeded(condition.measure);
    return {
      metric: condition.metric,
      condition: abbreviateCondition(condition),
      held: compares(condition.comparison, measured, condition.threshold),
      status: Number.isNaN(measured) ? null : describeMeasured(condition, measured),
      values: Math.min(values.length, needed),
      needed,
    };
  });
}
