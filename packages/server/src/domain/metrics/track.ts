import type { MetricCondition } from "./condition.ts";
import { compares, valuesNeeded } from "./condition.ts";
import { measureAt, measureSeries } from "./measure.ts";
import type { Points, Windows } from "./watch.ts";

/** A measure at each of the new values of its metric, and at the last value before them. */
export type Track = {
  readonly lines: readonly number[];
  readonly before: number;
  readonly series: Float64Array;
  /** Of `series`, what is not a number left out; Infinity and -Infinity where that leaves nothing. */
  readonly least: number;
  readonly greatest: number;
  /** Some of `series` is not a number. */
  readonly gaps: boolean;
};

/** What conditions measure of a run's values; conditions with the same measure of the same metric share it. */
export type Tracks = {
  of(condition: MetricCondition): Track;
  /** The values that the condition measured when `count` of the new values had come, oldest first, at most `most`. */
  values(condition: MetricCondition, count: number, most: number): number[];
};

const nothing: Points = { lines: [], values: [] };
const noValues = new Float64Array(0);

export function makeTracks(windows: Windows, points: ReadonlyMap<string, Points>): Tracks {
  const joined = new Map<string, Float64Array>();
  const known = new Map<string, Track>();
  const pointsOf = (metric: string): Points => points.get(metric) ?? nothing;
  const valuesOf = (metric: string): Float64Array => {
    const found = joined.get(metric) ?? joinValues(windows.get(metric) ?? noValues, pointsOf(metric).values);
    joined.set(metric, found);
    return found;
  };
  return {
    of(condition) {
      const key = `${measureKey(condition)} ${condition.metric}`;
      const found = known.get(key) ?? makeTrack(condition, valuesOf(condition.metric), pointsOf(condition.metric));
      known.set(key, found);
      return found;
    },
    values(condition, count, most) {
      const { metric, measure } = condition;
      const all = valuesOf(metric);
      const end = all.length - pointsOf(metric).lines.length + count;
      return [...all.subarray(Math.max(0, end - Math.min(most, valuesNeeded(measure))), end)];
    },
  };
}

export function joinValues(older: Float64Array, newer: readonly number[]): Float64Array {
  if (newer.length === 0) return older;
  const all = new Float64Array(older.length + newer.length);
  all.set(older);
  all.set(newer, older.length);
  return all;
}

function measureKey({ measure }: MetricCondition): string {
  switch (measure.kind) {
    case "aggregate":
      return `${measure.aggregate} ${measure.size}`;
    case "change":
      return `${measure.aggregate} ${measure.current}-${measure.prior}${measure.relative ? "%" : ""}`;
    case "zscore":
      return `z ${measure.size}`;
  }
}

function makeTrack({ measure }: MetricCondition, values: Float64Array, { lines }: Points): Track {
  const first = values.length - lines.length;
  const series = measureSeries(measure, values, first);
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let gaps = false;
  for (const value of series) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (Number.isNaN(value)) gaps = true;
  }
  return { lines, before: measureAt(measure, values, first), series, least, greatest, gaps };
}

/** How a condition fares over all the new values: so that most of them need not be looked at one by one. */
export function outlook({ comparison, threshold }: MetricCondition, track: Track): "never" | "always" | "sometimes" {
  if (track.series.length === 0) return compares(comparison, track.before, threshold) ? "always" : "never";
  const { least, greatest, before, gaps } = track;
  const none = comparison === "either" ? Math.max(Math.abs(least), Math.abs(greatest)) < threshold : !compares(comparison, greatest, threshold) && !compares(comparison, least, threshold);
  // Nothing but gaps: the extremes are those of no value at all.
  if (least > greatest || none) return compares(comparison, before, threshold) ? "sometimes" : "never";
  if (gaps || comparison === "either" || !compares(comparison, before, threshold)) return "sometimes";
  return compares(comparison, least, threshold) && compares(comparison, greatest, threshold) ? "always" : "sometimes";
}
