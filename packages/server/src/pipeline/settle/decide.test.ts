import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attempt } from "../../domain/execution.ts";
import { dayMs, decide } from "./decide.ts";

const policy = { scheduleMs: [0, 5_000, 300_000], jitter: 0.2, maxRetryAfterMs: dayMs };
const attempt = (change: Partial<Attempt>): Attempt => ({ outcome: "failed", reason: "timeout", request: null, response: null, timing: null, retryAfterMs: null, final: false, ...change });

describe("decide", () => {
  test("a failed attempt never marks an execution finished", () => {
    fc.assert(fc.property(fc.nat(20), fc.boolean(), fc.option(fc.nat()), (failures, final, retryAfterMs) => {
      expect(decide(attempt({ final, retryAfterMs }), failures, policy, 0.5).status).not.toBe("finished");
    }));
  });

  test("a wait is the schedule's, give or take a fifth", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
      const { retryInMs } = decide(attempt({}), 0, policy, chance);
      expect(retryInMs).toBeGreaterThanOrEqual(4_000);
      expect(retryInMs).toBeLessThanOrEqual(6_000);
    }));
  });

  test("a receiver may ask for more time, up to a day, and not for less than the schedule", () => {
    expect(decide(attempt({ retryAfterMs: 60_000 }), 0, policy, 0.5).retryInMs).toBe(60_000);
    expect(decide(attempt({ retryAfterMs: 1 }), 0, policy, 0.5).retryInMs).toBe(5_000);
    expect(decide(attempt({ retryAfterMs: 90 * dayMs }), 0, policy, 0.5).retryInMs).toBe(dayMs);
  });

  test("the last attempt of the schedule gives up, with that reason", () => {
    expect(decide(attempt({}), 2, policy, 0.5)).toEqual({ status: "failed", reason: "attempts_exhausted", retryInMs: null });
  });

  test("a final failure keeps its own reason and is not retried", () => {
    expect(decide(attempt({ reason: "gone", final: true }), 0, policy, 0.5)).toEqual({ status: "failed", reason: "gone", retryInMs: null });
  });

  test("success ends it, however many failures came before", () => {
    expect(decide(attempt({ outcome: "delivered", reason: null }), 9, policy, 0.5)).toEqual({ status: "finished", reason: null, retryInMs: null });
  });
});
