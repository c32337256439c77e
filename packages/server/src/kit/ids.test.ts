import { expect, test } from "vitest";
import { isUuid, uuidv7Maker } from "./ids.ts";
import { systemRandom } from "./random.ts";

test("ids sort in the order in which they were made: within a millisecond, past the end of the counter, and when the clock is set back", () => {
  let now = 1_800_000_000_000;
  const make = uuidv7Maker({ now: () => new Date(now), monotonic: () => now }, systemRandom);
  const ids = Array.from({ length: 10_000 }, (_, index) => {
    if (index === 5_000) now -= 60_000;
    if (index === 9_000) now += 3_600_000;
    return make();
  });
  expect(ids.every(isUuid)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.at(-1)?.slice(0, 13)).toBe((1_800_003_540_000).toString(16).padStart(12, "0").replace(/^(.{8})/, "$1-"));
  expect(ids[0]?.[14]).toBe("7");
});
