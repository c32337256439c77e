import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSampler, rangeOf, valueAt, withoutNonFinite } from "./run-history.ts";
import { addRows, readKeys, removeRows, writeKeys } from "./run-history-keys.ts";

describe("a sampler", () => {
  it("gives all of few items, and of many the wanted number in order, the first and the last among them", () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.integer({ min: 1, max: 60 }), (total, most) => {
        const sampler = makeSampler<number>(most);
        for (let item = 0; item < total; item += 1) sampler.add(item);
        const items = sampler.items();
        expect(items).toHaveLength(Math.min(total, most));
        expect(items).toEqual([...items].toSorted((a, b) => a - b));
        expect(new Set(items).size).toBe(items.length);
        if (total > 0) expect(items.at(-1)).toBe(total - 1);
        if (total > 0 && most > 1) expect(items[0]).toBe(0);
      }),
    );
  });
});

describe("a history row", () => {
  it("answers a dotted key, flat and nested and mixed", () => {
    expect(valueAt({ "a.b": 1 }, "a.b")).toBe(1);
    expect(valueAt({ a: { b: { "c.d": 2 } } }, "a.b.c.d")).toBe(2);
    expect(valueAt({ a: 1 }, "a.b")).toBeUndefined();
    expect(valueAt({}, "constructor")).toBeUndefined();
    expect(valueAt({}, "__proto__.x")).toBeUndefined();
  });

  it("says its numbers that are not finite in words where JSON proper is asked for", () => {
    expect(withoutNonFinite({ a: NaN, b: [Infinity, 1], c: { d: -Infinity } })).toEqual({ a: "NaN", b: ["Infinity", 1], c: { d: "-Infinity" } });
  });

  it("without steps has no range", () => {
    expect(rangeOf([null])).toBeNull();
    expect(rangeOf([3, null, 1])).toEqual({ min: 1, max: 3 });
  });
});

describe("the keys of a history", () => {
  const rows = [
    { loss: 0.5, _step: 0, dict: { val1: 1, val2: "x" } },
    { loss: Number.NaN, _step: 1, image: { _type: "image-file", path: "a.png" }, __proto__x: 1 },
  ];

  it("count values by type, nested ones by their path, and keep the last", () => {
    const keys = readKeys("{}");
    addRows(keys, rows);
    const stored = readKeys(writeKeys(keys));
    expect(stored.get("loss")).toEqual({ counts: { number: 2 }, last: "NaN" });
    expect(stored.get("dict.val1")).toEqual({ counts: { number: 1 }, last: 1 });
    expect(stored.get("image")).toEqual({ counts: { "image-file": 1 }, last: null });
  });

  it("forget rows that were taken away", () => {
    const keys = readKeys("{}");
    addRows(keys, rows);
    removeRows(keys, rows.slice(1));
    expect(keys.get("loss")?.counts).toEqual({ number: 1 });
    expect(keys.has("image")).toBe(false);
  });

  it("take any names", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a.b")), fc.jsonValue()), { maxLength: 5 }), (any) => {
        const keys = readKeys("{}");
        addRows(keys, any as Record<string, unknown>[]);
        expect(readKeys(writeKeys(keys))).toEqual(keys);
        removeRows(keys, any as Record<string, unknown>[]);
        expect(keys.size).toBe(0);
      }),
    );
  });
});
