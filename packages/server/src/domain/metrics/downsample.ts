import type { Cell } from "./cells.ts";

/** What is left of the values in a stretch of steps: nothing that stands out is lost. */
export type Bucket = {
  /** Steps of the first and the last value in it. */
  from: number;
  to: number;
  /** How many values there are, and how many of them are NaN or infinite; the others are the rest. */
  count: number;
  nonFinite: number;
  /** Null where no value is finite. */
  min: number | null;
  max: number | null;
  mean: number | null;
  /** The newest finite value. */
  last: number | null;
};

export type Downsampler = {
  add(step: number, value: number): void;
  /** Whether cells may be added in place of their numbers: none of them is too wide for a bucket, or reaches over `min` or `max`. */
  fits(cells: readonly Cell[]): boolean;
  addCells(cells: readonly Cell[]): void;
  buckets(): Bucket[];
};

/** A cell goes as a whole into the bucket of its first step: it must be so much narrower that buckets stay about equally wide. */
const cellsPerBucket = 4;

/** Gathers values in buckets of equal width over the steps from `min` to `max`, both included. Empty buckets are left out. */
export function makeDownsampler({ min, max, buckets }: { min: number; max: number; buckets: number }): Downsampler {
  // An array for each of their members: a run has millions of values, and none of them makes an object here.
  const [count, finite, sum, last] = [new Float64Array(buckets), new Float64Array(buckets), new Float64Array(buckets), new Float64Array(buckets)];
  const [from, least] = [new Float64Array(buckets).fill(Number.POSITIVE_INFINITY), new Float64Array(buckets).fill(Number.POSITIVE_INFINITY)];
  const [to, greatest] = [new Float64Array(buckets).fill(Number.NEGATIVE_INFINITY), new Float64Array(buckets).fill(Number.NEGATIVE_INFINITY)];
  const scale = max > min ? buckets / (max - min) : 0;
  const at = (values: Float64Array, index: number): number => values[index] ?? 0;
  const bucketAt = (index: number): Bucket => {
    const some = at(finite, index) > 0;
    const mean = at(sum, index) / at(finite, index);
    return {
      from: at(from, index), to: at(to, index), count: at(count, index), nonFinite: at(count, index) - at(finite, index),
      min: some ? at(least, index) : null, max: some ? at(greatest, index) : null, mean: Number.isFinite(mean) ? mean : null, last: some ? at(last, index) : null,
    };
  };
  const bucketOf = (step: number): number => Math.min(buckets - 1, Math.floor((step - min) * scale));
  const beyond = (cell: Cell): boolean => cell.to < min || cell.from > max;
  const fitsOne = (cell: Cell): boolean => cell.from >= min && cell.to <= max && (cell.to - cell.from) * scale * cellsPerBucket <= 1;
  const addCell = (cell: Cell): void => {
    const index = bucketOf(cell.from);
    count[index] = at(count, index) + cell.count;
    from[index] = Math.min(at(from, index), cell.from);
    to[index] = Math.max(at(to, index), cell.to);
    if (cell.finite === 0) return;
    finite[index] = at(finite, index) + cell.finite;
    sum[index] = at(sum, index) + cell.sum;
    last[index] = cell.last;
    least[index] = Math.min(at(least, index), cell.min);
    greatest[index] = Math.max(at(greatest, index), cell.max);
  };
  return {
    fits: (cells) => cells.every((cell) => beyond(cell) || fitsOne(cell)),
    addCells(cells) {
      for (const cell of cells) if (!beyond(cell)) addCell(cell);
    },
    add(step, value) {
      if (!(step >= min && step <= max)) return;
      const index = bucketOf(step);
      count[index] = at(count, index) + 1;
      if (step < at(from, index)) from[index] = step;
      if (step > at(to, index)) to[index] = step;
      if (!Number.isFinite(value)) return;
      finite[index] = at(finite, index) + 1;
      sum[index] = at(sum, index) + value;
      last[index] = value;
      if (value < at(least, index)) least[index] = value;
      if (value > at(greatest, index)) greatest[index] = value;
    },
    buckets: () => Array.from(count, (_, index) => index).filter((index) => at(count, index) > 0).map(bucketAt),
  };
}
