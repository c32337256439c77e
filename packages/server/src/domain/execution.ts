import type { Candidate } from "./automation.ts";
import type { Reason } from "./reason.ts";

export const executionStatuses = ["pending", "running", "retrying", "finished", "failed", "skipped", "cancelled"] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** An automation matched an event. */
export type Firing = { automation: Candidate };

/** An automation was in scope but is held back, and why. A filter that simply does not hold is neither. */
export type Skip = { automation: Candidate; reason: Reason };

/** How one attempt ended. */
export type AttemptOutcome = "delivered" | "failed" | "refused" | "interrupted";

/** What is kept of a request and its answer; secrets are masked in all of it. */
export type RequestRecord = { method: string; url: string; headers: Record<string, string>; body: string | null };
export type ResponseRecord = { status: number; headers: Record<string, string>; body: string; bodyTruncated: boolean };

/** Milliseconds of each part; null where there was no such part (a reused connection, a failure before it). */
export type TimingRecord = { dnsMs: number | null; connectMs: number | null; tlsMs: number | null; firstByteMs: number | null; totalMs: number };

/** One try at delivering an execution. */
export type Attempt = {
  outcome: Exclude<AttemptOutcome, "interrupted">;
  reason: Reason | null;
  /** What exactly was wrong, where the reason alone does not say it; never holds a secret. */
  detail?: string;
  request: RequestRecord | null;
  response: ResponseRecord | null;
  timing: TimingRecord | null;
  /** How long the receiver asked us to wait, if it did. */
  retryAfterMs: number | null;
  /** No further attempt can succeed: the reason is about the configuration, or the receiver said 410. */
  final: boolean;
};

/** An attempt that ended before anything was sent. */
export const refusedAttempt = (reason: Reason, detail?: string): Attempt => ({ outcome: "refused", reason, ...(detail === undefined ? {} : { detail }), request: null, response: null, timing: null, retryAfterMs: null, final: true });
