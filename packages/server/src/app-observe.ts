import type { LeasedJob } from "./db/queries/lease-jobs.ts";
import type { Attempt } from "./domain/execution.ts";
import type { Metrics } from "./http/health/metrics.ts";
import type { Clock } from "./kit/clock.ts";
import type { Log } from "./kit/log.ts";

/** How long a look at the queue is good for: several may scrape, and each look reads rows. */
const depthMs = 5_000;

/** Reads something of the queue, at most once in a while; gives null where the database does not answer. */
export function seldom<T>(clock: Clock, log: Log, ask: () => Promise<T>): () => Promise<T | null> {
  let last: { at: number; answer: Promise<T | null> } | null = null;
  const read = async (): Promise<T | null> => {
    try {
      return await ask();
    } catch (error) {
      log.warn({ err: error }, "the state of the queue could not be read");
      return null;
    }
  };
  return () => {
    if (last === null || clock.monotonic() - last.at > depthMs) last = { at: clock.monotonic(), answer: read() };
    return last.answer;
  };
}

/** Counts an attempt, and tells of it in one line: everything but what a secret may have got into. */
export function attemptObserver(metrics: Metrics, log: Log, clock: Clock): (attempt: Attempt, job: LeasedJob) => void {
  return (attempt, job) => {
    const lagMs = clock.now().getTime() - job.event.at.getTime();
    metrics.attempted(attempt, lagMs);
    log.info({
      work: "delivery", execution: job.executionId, event: job.event.id, type: job.event.type, automation: job.automationName, action: job.actionType, entity: job.entityId,
      webhook: job.webhook?.id ?? null, attempt: job.attempt, outcome: attempt.outcome, reason: attempt.reason, status: attempt.response?.status ?? null,
      ms: attempt.timing?.totalMs ?? null, lagMs, ...(job.traceparent === null ? {} : { traceparent: job.traceparent }),
    }, "attempt settled");
  };
}

/** Background work, which tells how much it changed, with a line for each time that it had something to do. */
export function sweeping({ metrics, log, clock }: { metrics: Metrics; log: Log; clock: Clock }, sweep: string, work: () => Promise<number>): () => Promise<void> {
  return async () => {
    const start = clock.monotonic();
    const changed = await work();
    metrics.swept(sweep, changed);
    const line = { work: "sweep", sweep, changed, ms: Math.round(clock.monotonic() - start) };
    if (changed > 0) log.info(line, "swept");
    else log.debug(line, "swept");
  };
}
