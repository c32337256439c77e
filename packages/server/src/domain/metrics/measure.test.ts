import { describe, expect, test } from "vitest";
import type { Measure } from "./condition.ts";
import { compares } from "./condition.ts";
import { measureAt, measureSeries } from "./measure.ts";

const at = (measure: Measure, ...values: number[]): number => measureAt(measure, Float64Array.from(values), values.length);

describe("threshold", () => {
  const average = (size: number): Measure => ({ kind: "aggregate", aggregate: "AVERAGE", size });

  test("is of the last values only, and not there before the window is full", () => {
    expect(at(average(3), 1, 2)).toBeNaN();
    expect(at(average(3), 100, 1, 2, 6)).toBe(3);
    expect(at({ kind: "aggregate", aggregate: "MIN", size: 2 }, 1, 5, 4)).toBe(4);
    expect(at({ kind: "aggregate", aggregate: "MAX", size: 2 }, 9, 5, 4)).toBe(5);
    expect(at({ kind: "aggregate", aggregate: null, size: 1 }, 9, 5, 4)).toBe(4);
  });

  test("an average that overflows has no value", () => {
    expect(at(average(2), Number.MAX_VALUE, Number.MAX_VALUE)).toBeNaN();
  });
});

describe("change", () => {
  const change = (relative: boolean, current = 2, prior = 2): Measure => ({ kind: "change", aggregate: "AVERAGE", current, prior, relative });

  test("is of the values just before the current ones, without overlap", () => {
    expect(at(change(false), 1, 1, 3)).toBeNaN();
    expect(at(change(false), 100, 1, 3, 5, 7)).toBe(4);
    expect(at(change(false, 1, 3), 1, 2, 3, 10)).toBe(8);
  });

  test("as a fraction is of the prior's size, whatever its sign; prior 0 has no fraction", () => {
    expect(at(change(true), 10, 10, 11, 11)).toBeCloseTo(0.1);
    expect(at(change(true), -10, -10, -11, -11)).toBeCloseTo(-0.1);
    expect(at(change(true), 0, 0, 11, 11)).toBeNaN();
    expect(at(change(true), -1, 1, 0, 0)).toBeNaN();
  });
});

describe("z-score", () => {
  const zscore: Measure = { kind: "zscore", size: 4 };

  test("is of the values before the newest, with the population's standard deviation", () => {
    expect(at(zscore, 2, 4, 4, 6)).toBeNaN();
    expect(at(zscore, 1_000, 2, 4, 4, 6, 8)).toBeCloseTo(4 / Math.SQRT2, 12);
    expect(at(zscore, 2, 4, 4, 6, 0)).toBeCloseTo(-4 / Math.SQRT2, 12);
  });

  test("of a constant line is infinite for a value that leaves it, and none for one that does not", () => {
    expect(at(zscore, 0.1, 0.1, 0.1, 0.1, 0.1)).toBeNaN();
    expect(at(zscore, 0.1, 0.1, 0.1, 0.1, 0.2)).toBe(Number.POSITIVE_INFINITY);
    expect(at(zscore, 0.1, 0.1, 0.1, 0.1, 0)).toBe(Number.NEGATIVE_INFINITY);
    expect(compares("$gte", at(zscore, 0.1, 0.1, 0.1, 0.1, 0.2), 3)).toBe(true);
    expect(compares("either", at(zscore, 0.1, 0.1, 0.1, 0.1, 0), 3)).toBe(true);
  });
});

test("what is not a number never compares", () => {
  for (const comparison of ["$gt", "$gte", "$lt", "$lte", "either"] as const) expect(compares(comparison, Number.NaN, 0)).toBe(false);
});

test("a series is the measure at each value", () => {
  const values = Float64Array.from([3, 1, 4, 1, 5, 9, 2, 6]);
  const measure: Measure = { kind: "aggregate", aggregate: "MAX", size: 3 };
  expect(measureSeries(measure, values, 1)).toEqual([NaN, 4, 4, 5, 9, 9, 9]);
});
