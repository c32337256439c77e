/** How several values of a metric become one; the last one alone where a condition has no aggregate. */
export const aggregates = ["AVERAGE", "MIN", "MAX"] as const;
export type Aggregate = (typeof aggregates)[number];

/** What a condition computes of the newest values of its metric. */
export type Measure =
  /** Of the last `size` values. */
  | { readonly kind: "aggregate"; readonly aggregate: Aggregate | null; readonly size: number }
  /** Of the last `current` values, less that of the `prior` values just before them; as a fraction of |prior| where relative. */
  | { readonly kind: "change"; readonly aggregate: Aggregate | null; readonly current: number; readonly prior: number; readonly relative: boolean }
  /** How many standard deviations of the `size` values before it the newest value is away from their mean. */
  | { readonly kind: "zscore"; readonly size: number };

/** `either` compares the distance from zero: a change in any direction. */
export const comparisons = ["$gt", "$gte", "$lt", "$lte", "either"] as const;
export type Comparison = (typeof comparisons)[number];

/** One condition over one metric: it holds where the measure compares so with the threshold. */
export type MetricCondition = { readonly metric: string; readonly measure: Measure; readonly comparison: Comparison; readonly threshold: number };

/** The longest window of a condition, in values: as many are kept for each run and metric. */
export const longestWindow = 10_000;

/** How many values a measure looks at; it has no value before there are so many. */
export function valuesNeeded(measure: Measure): number {
  switch (measure.kind) {
    case "aggregate":
      return measure.size;
    case "change":
      return measure.current + measure.prior;
    case "zscore":
      return measure.size + 1;
  }
}

/** Not a number never compares; the infinite z-score of a value that leaves a constant line does. */
export function compares(comparison: Comparison, measured: number, threshold: number): boolean {
  switch (comparison) {
    case "$gt":
      return measured > threshold;
    case "$gte":
      return measured >= threshold;
    case "$lt":
      return measured < threshold;
    case "$lte":
      return measured <= threshold;
    case "either":
      return Math.abs(measured) >= threshold;
  }
}
