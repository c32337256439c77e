import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf, decodeColumn, encodeColumn } from "./block.ts";

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324));

test("a column comes back as it was, every bit of it", () => {
  const column = fc.oneof(
    fc.array(number, { minLength: 1 }).map((values) => ({ lines: null, values: Float64Array.from(values) })),
    fc.record({ first: number, rise: number, length: fc.integer({ min: 1, max: 50 }) }).map(({ first, rise, length }) => ({ lines: null, values: Float64Array.from({ length }, (_, index) => first + index * rise) })),
    fc.array(fc.tuple(fc.nat(1_000_000), number), { minLength: 1 }).map((points) => ({ lines: Uint32Array.from(points, ([line]) => line), values: Float64Array.from(points, ([, value]) => value) })),
  );
  fc.assert(fc.property(column, (original) => { expect(decodeColumn(encodeColumn(original))).toEqual(original); }));
});

test("steps take no room", () => {
  const [step, loss] = [...columnsOf(Array.from({ length: 1_000 }, (_, index) => ({ _step: 5 + index, loss: Math.sqrt(index) }))).values()];
  if (step === undefined || loss === undefined) throw new Error("two columns were expected");
  expect(encodeColumn(step)).toHaveLength(24);
  expect(encodeColumn(loss)).toHaveLength(8_008);
});

test("lines are taken apart by metric: nested keys by their path, only numbers, where they stand", () => {
  const columns = columnsOf([{ a: 1, deep: { b: 2 } }, { a: "x" }, { a: NaN, picture: { _type: "image-file", width: 3 } }]);
  expect([...columns]).toEqual([
    ["a", { lines: Uint32Array.of(0, 2), values: Float64Array.of(1, NaN) }],
    ["deep.b", { lines: Uint32Array.of(0), values: Float64Array.of(2) }],
  ]);
});
