import fc from "fast-check";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { clampRange, isObjectKey, objectKey } from "./port.ts";

describe("an object key", () => {
  it("joins its segments with slashes", () => {
    expect(objectKey("runs", "a1", "x.json")).toBe("runs/a1/x.json");
  });

  it.each(["", ".", "..", "a b", "a/b", "a\\b", "é", "a\n", "a\0", "%2e%2e", "x".repeat(201)])("refuses the segment %j", (segment) => {
    expect(() => objectKey("ok", segment)).toThrow(RangeError);
  });

  it.each(["", "/", "/a", "a/", "a//b", "a/../b", "./a", "x".repeat(200) + "/x".repeat(500)])("is not the text %j", (text) => {
    expect(isObjectKey(text)).toBe(false);
  });

  it("never leaves the folder that it is resolved in", () => {
    const nasty = fc.array(fc.constantFrom("..", ".", "/", "a", "\\", "%", "-", "="), { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(fc.property(nasty, (text) => !isObjectKey(text) || posix.normalize(`/root/${text}`) === `/root/${text}`));
  });
});

describe("clampRange", () => {
  it("names only bytes that exist", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (size, start, end) => {
        const bytes = Array.from({ length: size }, (_, position) => position).filter((position) => position >= start && position <= end);
        const given = clampRange(size, { start, end });
        expect(given).toEqual(bytes.length === 0 ? null : { start: bytes.at(0), end: bytes.at(-1) });
      }),
    );
  });

  it.each([{ start: -1, end: 3 }, { start: 0.5, end: 3 }, { start: Number.NaN, end: 3 }, { start: 0, end: 1.5 }])("throws for %j", (range) => {
    expect(() => clampRange(10, range)).toThrow(RangeError);
  });
});
