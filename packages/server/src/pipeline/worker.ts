import type { Database } from "../db/database.ts";
import type { LeasedJob } from "../db/queries/lease-jobs.ts";
import { findUnpermittedExecutions } from "../db/queries/delivery-rights.ts";
import { takeDueJobs } from "../db/queries/lease-jobs.ts";
import type { Settlement } from "../db/queries/settle-attempts.ts";
import type { ActionType } from "../domain/automation.ts";
import type { Attempt } from "../domain/execution.ts";
import type { Batcher } from "../kit/batcher.ts";
import { makeBatcher } from "../kit/batcher.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Random } from "../kit/random.ts";
import type { Action, Rendered } from "../ports/action/port.ts";
import type { SecretStore } from "../ports/secret-store/port.ts";
import type { OpenedSecrets } from "./deliver/open-secrets.ts";
import { secretOpener } from "./deliver/open-secrets.ts";
import type { Stages } from "./stages.ts";
import type { RetryPolicy } from "./settle/decide.ts";
import { decide } from "./settle/decide.ts";

export type WorkerOptions = {
  db: Database;
  stages: Stages;
  actions: ReadonlyMap<ActionType, Action>;
  secretStore: SecretStore;
  clock: Clock;
  random: Random;
  log: Log;
  concurrency: number;
  leaseMs: number;
  retry: RetryPolicy;
  /** The address to which the receiver of an execution may report. */
  callbackUrl(executionId: string): string;
  /** Told of every attempt that was settled. */
  observe(attempt: Attempt, job: LeasedJob): void;
};

export type Worker = {
  /** Says that there may be work: look now instead of at the next turn. */
  wake(): void;
  /** Takes no more work, and waits for what is under way, at most `graceMs` milliseconds. */
  stop(graceMs: number): Promise<void>;
};

/** How often to look for due work when nobody says that there is some: retries come due, another process adds jobs. */
const pollMs = 500;
const mostPerLease = 100;
const mostPerSettlement = 200;

/** Leases due jobs, and takes each through render, deliver and settle. */
export function startWorker(options: WorkerOptions): Worker {
  const openSecrets = secretOpener(options.db, options.secretStore);
  const settlements = makeBatcher<Settlement & { gone: string | null }>(mostPerSettlement, (items) => store(options, items));
  const inFlight = new Set<Promise<void>>();
  let stopping = false;
  let wakeUp: (() => void) | null = null;
  let woken = false;

  const wake = (): void => {
    woken = true;
    wakeUp?.();
  };
  const pause = (): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(resolve, pollMs);
    wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
    if (woken || stopping) wakeUp();
  });

  const turn = async (): Promise<boolean> => {
    const free = Math.min(options.concurrency - inFlight.size, mostPerLease);
    if (free <= 0) return false;
    const jobs = await takeDueJobs(options.db, free, options.leaseMs);
    if (jobs.length === 0) return false;
    const [secretsOf, unpermitted] = await Promise.all([
      openSecrets(jobs.flatMap(({ webhook }) => (webhook === null ? [] : [webhook]))),
      findUnpermittedExecutions(options.db, jobs.map(({ executionId }) => executionId)),
    ]);
    for (const job of jobs) {
      const work = carry(options, job, { opened: secretsOf(job.webhook), permitted: !unpermitted.has(job.executionId) }, settlements).finally(() => {
        inFlight.delete(work);
        if (inFlight.size === options.concurrency - 1) wake();
      });
      inFlight.add(work);
    }
    return jobs.length === free;
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      woken = false;
      if (!(await turnOrReport(turn, options.log))) await pause();
    }
  };
  const running = loop();

  return {
    wake,
    stop: async (graceMs) => {
      stopping = true;
      wake();
      await running;
      await Promise.race([Promise.allSettled(inFlight), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    },
  };
}

/** Gives false, so that the loop pauses, when the database could not be asked; the jobs are still there. */
async function turnOrReport(turn: () => Promise<boolean>, log: Log): Promise<boolean> {
  try {
    return await turn();
  } catch (error) {
    log.error({ err: error }, "cannot take delivery jobs; trying again");
    return false;
  }
}

/** What was found out about a job when it was taken. */
type Found = { opened: OpenedSecrets; permitted: boolean };

/** Takes one job the rest of its way. Never rejects: a job whose outcome can't be stored comes up again by itself. */
async function carry(options: WorkerOptions, job: LeasedJob, { opened, permitted }: Found, settlements: Batcher<Settlement & { gone: string | null }>): Promise<void> {
  try {
    const startedAt = options.clock.now();
    const action = options.actions.get(job.actionType);
    const rendered: Rendered = permitted ? await options.stages.render(action, job, options.callbackUrl(job.executionId)) : { ok: false, reason: "rights_lost" };
    const attempt = await options.stages.deliver(action, job, rendered, opened);
    const decision = decide(attempt, job.failures, options.retry, options.random.fraction());
    await settlements.add({
      executionId: job.executionId,
      leaseToken: job.leaseToken,
      attemptNumber: job.attempt,
      startedAt,
      attempt,
      rendered: rendered.ok ? rendered.request : null,
      status: decision.status,
      reason: decision.reason,
      retryInMs: decision.retryInMs,
      gone: attempt.reason === "gone" ? (job.webhook?.id ?? null) : null,
    });
    options.observe(attempt, job);
  } catch (error) {
    options.log.error({ err: error, execution: job.executionId }, "delivery not settled; it is tried again when its lease ends");
  }
}

async function store(options: WorkerOptions, items: readonly (Settlement & { gone: string | null })[]): Promise<void> {
  const gone = items.flatMap((item) => (item.gone === null ? [] : [item.gone]));
  const { lost } = await options.stages.settle(options.db, items, gone);
  if (lost.length > 0) options.log.warn({ executions: lost }, "lease lost before the outcome was stored; another worker has these deliveries");
}
