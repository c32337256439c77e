import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differencesOf } from "./json-difference.ts";

describe("differencesOf", () => {
  test("names each place that differs, and what stands there on either side", () => {
    expect(differencesOf({ a: 1, b: { c: [1, 2], d: "x" }, gone: null }, { a: 1, b: { c: [1, 3, 4], d: "x" }, come: true }, 100)).toEqual([
      { path: "b.c[1]", before: 2, after: 3 },
      { path: "b.c[2]", before: undefined, after: 4 },
      { path: "gone", before: null, after: undefined },
      { path: "come", before: undefined, after: true },
    ]);
    expect(differencesOf({ a: [] }, { a: {} }, 100)).toEqual([{ path: "a", before: [], after: {} }]);
    expect(differencesOf(null, { a: 1 }, 100)).toEqual([{ path: "", before: null, after: { a: 1 } }]);
  });

  test("tells names of Object.prototype from what is not there", () => {
    expect(differencesOf({}, { constructor: 1 }, 100)).toEqual([{ path: "constructor", before: undefined, after: 1 }]);
  });

  test("finds nothing between a value and its copy, and something wherever the texts differ", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(differencesOf(value, JSON.parse(JSON.stringify(value)), 1_000).filter(({ before, after }) => before !== 0 || after !== 0)).toEqual([]);
    }));
    fc.assert(fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (one, other) => {
      expect(differencesOf(one, other, 1_000).length > 0).toBe(JSON.stringify(one) !== JSON.stringify(other));
    }));
  });

  test("stops at the number of places that is asked for", () => {
    expect(differencesOf(Array(50).fill(1), Array(50).fill(2), 7)).toHaveLength(7);
  });
});
