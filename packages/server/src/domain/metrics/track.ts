import type { Gauge } from "./book.ts";
import { valuesNeeded } from "./condition.ts";
import { measureAt, measureSeries } from "./measure.ts";
import type { Points, Windows } from "./watch.ts";

/** What a gauge shows at each of the new values of its metric, and at the last value before them. */
export type Track = {
  readonly lines: readonly number[];
  readonly before: number;
  readonly series: readonly number[];
  /** Of `before` and `series`, what is not a number left out; Infinity and -Infinity where that leaves nothing. */
  readonly least: number;
  readonly greatest: number;
  /** Some of them are not a number. */
  readonly gaps: boolean;
};

export type Tracks = {
  of(gauge: Gauge): Track;
  /** The values that the gauge measured when `count` of the new values had come, oldest first, at most `most`. */
  values(gauge: Gauge, count: number, most: number): number[];
};

const nothing: Points = { lines: [], values: [] };
const noValues = new Float64Array(0);

export function makeTracks(windows: Windows, points: ReadonlyMap<string, Points>): Tracks {
  const joined = new Map<string, Float64Array>();
  const known = new Map<Gauge, Track>();
  const pointsOf = (metric: string): Points => points.get(metric) ?? nothing;
  const valuesOf = (metric: string): Float64Array => {
    const found = joined.get(metric) ?? joinValues(windows.get(metric) ?? noValues, pointsOf(metric).values);
    joined.set(metric, found);
    return found;
  };
  return {
    of(gauge) {
      const found = known.get(gauge) ?? makeTrack(gauge, valuesOf(gauge.metric), pointsOf(gauge.metric));
      known.set(gauge, found);
      return found;
    },
    values({ metric, measure }, count, most) {
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

function makeTrack({ measure }: Gauge, values: Float64Array, { lines }: Points): Track {
  const first = values.length - lines.length;
  const series = measureSeries(measure, values, first);
  const before = measureAt(measure, values, first);
  let [least, greatest] = Number.isNaN(before) ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] : [before, before];
  let gaps = Number.isNaN(before);
  for (const value of series) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (Number.isNaN(value)) gaps = true;
  }
  return { lines, before, series, least, greatest, gaps };
}
