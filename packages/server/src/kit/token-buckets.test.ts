import { expect, test } from "vitest";
import { makeTokenBuckets } from "./token-buckets.ts";

function setUp(perMinute: number, most = 100): { buckets: ReturnType<typeof makeTokenBuckets>; pass(ms: number): void } {
  let now = 0;
  return { buckets: makeTokenBuckets({ now: () => new Date(0), monotonic: () => now }, perMinute, most), pass: (ms) => { now += ms; } };
}

test("a full bucket gives as many as the limit at once, then one each time that one has come in", () => {
  const { buckets, pass } = setUp(60);
  for (let left = 59; left >= 0; left--) expect(buckets.take("a")).toMatchObject({ limit: 60, remaining: left, nextInMs: 0 });
  expect(buckets.take("a")).toMatchObject({ remaining: 0, nextInMs: 1_000, fullInMs: 60_000 });
  pass(999);
  expect(buckets.take("a").nextInMs).toBeGreaterThan(0);
  pass(1);
  expect(buckets.take("a")).toMatchObject({ remaining: 0, nextInMs: 0 });
  expect(buckets.take("b"), "each name has its own").toMatchObject({ remaining: 59 });
  pass(3_600_000);
  expect(buckets.take("a"), "no more than the limit gathers").toMatchObject({ remaining: 59, fullInMs: 1_000 });
});

test("looking takes nothing", () => {
  const { buckets } = setUp(2);
  expect([buckets.look("a"), buckets.look("a")]).toMatchObject([{ remaining: 2 }, { remaining: 2 }]);
});

test("of too many names the one that asked longest ago is forgotten", () => {
  const { buckets } = setUp(10, 2);
  for (const name of ["a", "b", "a", "c"]) buckets.take(name);
  expect(buckets.look("a").remaining).toBe(8);
  expect(buckets.look("b").remaining).toBe(10);
  expect(buckets.look("c").remaining).toBe(9);
});
