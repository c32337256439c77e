import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternFinder, type Found } from "./find-patterns.ts";

// Few letters, so that patterns repeat, overlap and share their beginnings.
const letters = fc.constantFrom("a", "b", "é", "𝄞");
const pattern = fc.string({ unit: letters, minLength: 8, maxLength: 14 });
const patternsAndText = fc
  .array(pattern, { minLength: 1, maxLength: 5 })
  .chain((patterns) => fc.tuple(fc.constant(patterns), fc.array(fc.oneof(letters, fc.constantFrom(...patterns)), { maxLength: 30 }).map((parts) => parts.join(""))));

const inOrder = (found: readonly Found[]): Found[] => found.toSorted((a, b) => a.pattern - b.pattern || a.start - b.start);

describe("a pattern finder", () => {
  it("finds exactly what a look at every place finds", () => {
    fc.assert(
      fc.property(patternsAndText, ([patterns, text]) => {
        const places = patterns.flatMap((each, index) => Array.from(text.split("").keys()).filter((start) => text.startsWith(each, start)).map((start) => ({ pattern: index, start, end: start + each.length })));
        expect(inOrder(patternFinder(patterns).all(text))).toEqual(places);
      }),
      { numRuns: 500 },
    );
  });

  it("finds every place in a text that was made to be slow", () => {
    const repeated = "a".repeat(3000);
    const found = patternFinder([repeated, `${repeated}b`]).all(`${"a".repeat(20_000)}b`);
    expect(found.filter(({ pattern: index }) => index === 0)).toHaveLength(17_001);
    expect(found.filter(({ pattern: index }) => index === 1)).toEqual([{ pattern: 1, start: 17_000, end: 20_001 }]);
  });

  it("finds the longest beginning of each pattern that a text ends with", () => {
    fc.assert(
      fc.property(patternsAndText, ([patterns, text]) => {
        const ends = patterns.flatMap((each, index) => {
          const length = Array.from({ length: each.length - 1 }, (_, shorter) => each.length - 1 - shorter).find((size) => text.endsWith(each.slice(0, size)));
          return length === undefined ? [] : [{ pattern: index, start: text.length - length, end: text.length }];
        });
        expect(inOrder(patternFinder(patterns).cutAtEnd(text))).toEqual(ends);
      }),
      { numRuns: 500 },
    );
  });

  it("finds nothing without patterns, and takes none that is too short", () => {
    expect(patternFinder([]).all("some text")).toEqual([]);
    expect(() => patternFinder(["1234567"])).toThrow(RangeError);
  });
});
