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

export type Downsampler = { add(step: number, value: number): void; buckets(): Bucket[] };

type Sums = { from: number; to: number; count: number; finite: number; min: number; max: number; sum: number; last: number };

/** Gathers values in buckets of equal width over the steps from `min` to `max`, both included. Empty buckets are left out. */
export function makeDownsampler(range: { min: number; max: number; buckets: number }): Downsampler {
  const { min, max, buckets } = range;
  const all: (Sums | undefined)[] = Array.from({ length: buckets });
  const scale = max > min ? buckets / (max - min) : 0;
  return {
    add(step, value) {
      if (!(step >= min && step <= max)) return;
      const index = Math.min(buckets - 1, Math.floor((step - min) * scale));
      const sums = (all[index] ??= { from: step, to: step, count: 0, finite: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, last: 0 });
      sums.count += 1;
      if (step < sums.from) sums.from = step;
      if (step > sums.to) sums.to = step;
      if (!Number.isFinite(value)) return;
      sums.finite += 1;
      sums.sum += value;
      sums.last = value;
      if (value < sums.min) sums.min = value;
      if (value > sums.max) sums.max = value;
    },
    buckets: () => all.filter((sums) => sums !== undefined).map(toBucket),
  };
}

function toBucket({ from, to, count, finite, min, max, sum, last }: Sums): Bucket {
  const nonFinite = count - finite;
  if (finite === 0) return { from, to, count, nonFinite, min: null, max: null, mean: null, last: null };
  const mean = sum / finite;
  return { from, to, count, nonFinite, min, max, mean: Number.isFinite(mean) ? mean : null, last };
}
