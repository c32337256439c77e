import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, decodeCells, encodeCells } from "./cells.ts";
import type { Bucket } from "./downsample.ts";
import { makeDownsampler } from "./downsample.ts";

const number = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e6, max: 1e6 }), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0));
type Point = { step: number; value: number };

/** Steps that rise, now evenly, now with gaps, and a value at each. */
const series = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), number), { minLength: 1, maxLength: 1_500, size: "max" }).map((points) => {
  let step = 0;
  return points.map(([rise, value]) => ({ step: (step += rise), value }));
});
const cellsOfPoints = (points: readonly Point[]): ReturnType<typeof cellsOf> => decodeCells(encodeCells(cellsOf({ lines: null, values: Float64Array.from(points, ({ value }) => value) }, (line) => points[line]?.step ?? -1)));

/** What a bucket says, from the numbers in its steps. */
function obvious({ from, to }: Bucket, points: readonly Point[]): Bucket {
  const within = points.filter(({ step }) => step >= from && step <= to).map(({ value }) => value);
  const finite = within.filter(Number.isFinite);
  return {
    from, to, count: within.length, nonFinite: within.length - finite.length,
    min: finite.length > 0 ? Math.min(...finite) : null, max: finite.length > 0 ? Math.max(...finite) : null, last: finite.at(-1) ?? null,
    mean: finite.length > 0 ? finite.reduce((sum, value) => sum + value, 0) / finite.length : null,
  };
}

const close = (bucket: Bucket): object => ({ ...bucket, mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 5), min: bucket.min === 0 ? expect.closeTo(0) : bucket.min, max: bucket.max === 0 ? expect.closeTo(0) : bucket.max, last: bucket.last === 0 ? expect.closeTo(0) : bucket.last });

test("buckets hold every number once, and say of them what is true, whether added one by one or by cells", () => {
  let byCells = 0;
  fc.assert(fc.property(series, fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 60 })), fc.boolean(), (points, buckets, cellsWanted) => {
    const sampler = makeDownsampler({ min: points[0]?.step ?? 0, max: points.at(-1)?.step ?? 0, buckets });
    const cells = cellsOfPoints(points);
    if (cellsWanted && sampler.fits(cells)) {
      sampler.addCells(cells);
      byCells += 1;
    } else for (const { step, value } of points) sampler.add(step, value);
    const found = sampler.buckets();
    expect(found.length).toBeLessThanOrEqual(buckets);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(points.length);
    expect(found).toEqual(found.map((bucket) => close(obvious(bucket, points))));
  }), { numRuns: 200 });
  expect(byCells).toBeGreaterThan(20);
});

test("cells that are too wide for a bucket, or reach over the range, are refused; those beyond the range count nowhere", () => {
  const points = Array.from({ length: 6_400 }, (_, step) => ({ step, value: step }));
  const cells = cellsOfPoints(points);
  expect(cells).toHaveLength(100);
  expect(makeDownsampler({ min: 0, max: 6_399, buckets: 30 }).fits(cells)).toBe(false);
  expect(makeDownsampler({ min: 0, max: 6_399, buckets: 20 }).fits(cells)).toBe(true);
  expect(makeDownsampler({ min: 10, max: 6_399, buckets: 20 }).fits(cells)).toBe(false);
  const zoomed = makeDownsampler({ min: 640, max: 1_279, buckets: 2 });
  expect(zoomed.fits(cells)).toBe(true);
  zoomed.addCells(cells);
  expect(zoomed.buckets().map(({ from, to, count, min, max, last }) => ({ from, to, count, min, max, last }))).toEqual([
    { from: 640, to: 959, count: 320, min: 640, max: 959, last: 959 },
    { from: 960, to: 1_279, count: 320, min: 960, max: 1_279, last: 1_279 },
  ]);
});
