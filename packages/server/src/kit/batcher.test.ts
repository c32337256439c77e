import { describe, expect, test } from "vitest";
import { makeBatcher } from "./batcher.ts";

describe("makeBatcher", () => {
  test("what comes while a write is under way goes out together, in order, and never two writes at once", async () => {
    const batches: number[][] = [];
    let writing = 0;
    const batcher = makeBatcher<number>(4, async (items) => {
      writing += 1;
      expect(writing).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      batches.push(items);
      writing -= 1;
    });
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((item) => batcher.add(item)));
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6, 7]]);
  });

  test("one bad item fails alone; the others of its batch are written", async () => {
    const written: number[] = [];
    const batcher = makeBatcher<number>(10, async (items) => {
      await Promise.resolve();
      if (items.includes(3)) throw new Error(`bad: ${items.join()}`);
      written.push(...items);
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[2]).toMatchObject({ reason: { message: "bad: 3" } });
    expect(written).toEqual([1, 2, 4]);
  });
});
