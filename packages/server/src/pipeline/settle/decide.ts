import type { Attempt, ExecutionStatus } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";

/** What becomes of an execution after an attempt. `retryInMs` is null when no attempt follows. */
export type Decision = { status: Extract<ExecutionStatus, "finished" | "failed" | "retrying" | "skipped">; reason: Reason | null; retryInMs: number | null };

export type RetryPolicy = {
  /** Waits before each attempt, in milliseconds; the first is the first try. */
  scheduleMs: readonly number[];
  /** Part of a wait by which chance may lengthen or shorten it, so that receivers are not hit in waves. */
  jitter: number;
  /** The longest wait that a receiver may ask for. */
  maxRetryAfterMs: number;
};

export const defaultJitter = 0.2;
export const dayMs = 86_400_000;

/**
 * Pure. `failures` counts the settled failures before this attempt; attempts that a crash interrupted do not use up
 * the schedule. `chance` is in [0, 1).
 */
export function decide(attempt: Attempt, failures: number, policy: RetryPolicy, chance: number): Decision {
  if (attempt.outcome === "delivered") return { status: "finished", reason: null, retryInMs: null };
  // Held back, not failed: the receiver has no part in it.
  if (attempt.reason === "rights_lost") return { status: "skipped", reason: attempt.reason, retryInMs: null };
  if (attempt.final) return { status: "failed", reason: attempt.reason, retryInMs: null };
  const wait = policy.scheduleMs[failures + 1];
  if (wait === undefined) return { status: "failed", reason: "attempts_exhausted", retryInMs: null };
  const jittered = wait * (1 + policy.jitter * (2 * chance - 1));
  // A receiver may ask for more time than the schedule gives, never for less.
  const asked = Math.min(attempt.retryAfterMs ?? 0, policy.maxRetryAfterMs);
  return { status: "retrying", reason: attempt.reason, retryInMs: Math.round(Math.max(jittered, asked)) };
}
