import type { Aggregate, Measure } from "./condition.ts";
import { valuesNeeded } from "./condition.ts";

/**
 * What the measure is when `values[end - 1]` is the newest value; NaN while there are too few values, and where it has
 * no finite result. Each result is computed anew from its window: a sum that is carried along would depend on where it
 * began, and a replay of the same values would not give the same events.
 */
export function measureAt(measure: Measure, values: Float64Array, end: number): number {
  if (end < valuesNeeded(measure)) return Number.NaN;
  switch (measure.kind) {
    case "aggregate":
      return finite(aggregateOf(measure.aggregate, values, { from: end - measure.size, to: end }));
    case "change":
      return changeAt(measure, values, end);
    case "zscore":
      return zscoreAt(values, { from: end - 1 - measure.size, to: end - 1 });
  }
}

/** The measure at each value from index `from` on. */
export function measureSeries(measure: Measure, values: Float64Array, from: number): number[] {
  // No typed array: there is one for each measure and report, and those cost more to make and to throw away.
  const series: number[] = [];
  for (let end = from + 1; end <= values.length; end += 1) series.push(measureAt(measure, values, end));
  return series;
}

/** Indexes of the window: from the first value to before `to`. */
type Window = { from: number; to: number };

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

function aggregateOf(aggregate: Aggregate | null, values: Float64Array, { from, to }: Window): number {
  let result = at(values, aggregate === null ? to - 1 : from);
  if (aggregate === null) return result;
  for (let index = from + 1; index < to; index += 1) {
    const value = at(values, index);
    if (aggregate === "AVERAGE") result += value;
    else if (aggregate === "MIN" ? value < result : value > result) result = value;
  }
  return aggregate === "AVERAGE" ? result / (to - from) : result;
}

function changeAt(measure: Extract<Measure, { kind: "change" }>, values: Float64Array, end: number): number {
  const middle = end - measure.current;
  const current = aggregateOf(measure.aggregate, values, { from: middle, to: end });
  const prior = aggregateOf(measure.aggregate, values, { from: middle - measure.prior, to: middle });
  return finite(measure.relative ? (current - prior) / Math.abs(prior) : current - prior);
}

/** Of the value just behind the window. */
function zscoreAt(values: Float64Array, window: Window): number {
  const value = at(values, window.to);
  let least = at(values, window.from);
  let greatest = least;
  let sum = 0;
  for (let index = window.from; index < window.to; index += 1) {
    const one = at(values, index);
    sum += one;
    if (one < least) least = one;
    if (one > greatest) greatest = one;
  }
  // The mean of equal values may be off by a rounding error, which would then pass for their deviation.
  if (least === greatest) return value === least ? Number.NaN : value > least ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const mean = sum / (window.to - window.from);
  let squares = 0;
  for (let index = window.from; index < window.to; index += 1) squares += (at(values, index) - mean) ** 2;
  return finite((value - mean) / Math.sqrt(squares / (window.to - window.from)));
}
