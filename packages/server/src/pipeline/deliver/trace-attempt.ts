import type { LeasedJob } from "../../db/queries/lease-jobs.ts";
import type { Attempt } from "../../domain/execution.ts";
import { inUnit } from "../../kit/unit-of-work.ts";
import type { Tracing } from "../../ports/tracing/port.ts";

/** Makes the attempt as a part of the trace of the change that led to it; its request names that part as its parent. */
export async function traceAttempt(tracing: Tracing, job: Pick<LeasedJob, "executionId" | "attempt" | "actionType" | "traceparent">, make: () => Promise<Attempt>): Promise<Attempt> {
  const values = { "bellhop.execution_id": job.executionId, "bellhop.attempt": job.attempt, "bellhop.action": job.actionType };
  const span = tracing.start({ name: "deliver", kind: "client", parent: job.traceparent, values });
  const attempt = await inUnit({ traceparent: span.traceparent, fields: {} }, make).catch((error: unknown) => {
    span.end({}, "failed");
    throw error;
  });
  const status = attempt.response === null ? {} : { "http.response.status_code": attempt.response.status };
  span.end({ "bellhop.outcome": attempt.outcome, ...status }, attempt.outcome === "delivered" ? undefined : (attempt.reason ?? attempt.outcome));
  return attempt;
}
