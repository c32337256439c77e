import { findUnpermittedExecutions } from "../db/queries/delivery-rights.ts";
import type { LeasedJob } from "../db/queries/lease-jobs.ts";
import { readTakenJobs, recountLanes, takeDueJobs } from "../db/queries/lease-jobs.ts";
import type { ActionType } from "../domain/automation.ts";
import type { Attempt } from "../domain/execution.ts";
import { makeAlarm } from "../kit/alarm.ts";
import type { Batcher } from "../kit/batcher.ts";
import { makeBatcher } from "../kit/batcher.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { repeat } from "../kit/repeat.ts";
import type { Random } from "../kit/random.ts";
import type { Action, Rendered } from "../ports/action/port.ts";
import type { SecretStore } from "../ports/secret-store/port.ts";
import type { Tracing } from "../ports/tracing/port.ts";
import type { OpenedSecrets } from "./deliver/open-secrets.ts";
import { secretOpener } from "./deliver/open-secrets.ts";
import { traceAttempt } from "./deliver/trace-attempt.ts";
import type { Stages } from "./stages.ts";
import type { RetryPolicy } from "./settle/decide.ts";
import { decide } from "./settle/decide.ts";
import { judgeHealth } from "./settle/judge-health.ts";
import type { RoomKeeper } from "./settle/give-back-room.ts";
import { keepRoom } from "./settle/give-back-room.ts";
import type { Outcome, SettleContext } from "./settle/settle-attempts.ts";

export type WorkerOptions = SettleContext & {
  stages: Stages;
  actions: ReadonlyMap<ActionType, Action>;
  secretStore: SecretStore;
  clock: Clock;
  random: Random;
  log: Log;
  /** Deliveries under way at once in this process. */
  concurrency: number;
  /** Deliveries under way at once in one lane, over all processes, where its webhook does not say otherwise. */
  laneConcurrency: number;
  leaseMs: number;
  retry: RetryPolicy;
  /** The address to which the receiver of an execution may report. */
  callbackUrl(executionId: string): string;
  tracing: Tracing;
  /** Told of every attempt that was settled. */
  observe(attempt: Attempt, job: LeasedJob): void;
};

export type Worker = {
  /** Says that there may be work: look now instead of at the next turn. */
  wake(): void;
  /** Attempts under way. */
  inFlight(): number;
  /** Takes no more work, and waits for what is under way, at most `graceMs` milliseconds. */
  stop(graceMs: number): Promise<void>;
};

/** How often to look for due work when nobody says that there is some: retries come due, another process adds jobs. */
const pollMs = 500;
const recountMs = 60_000;
// Fresh jobs come with ids of about now. Those that were long in committing, or come from a process whose clock is behind, are
// found by a look at all, as are leases that ran out.
const freshMs = 1_000;
const lookAtAllMs = 250;
// One event may fire a thousand webhooks: each lease locks the lanes that it looks at, so a few large ones are done sooner.
const mostPerLease = 500;
const mostPerSettlement = 200;

/** Leases due jobs, and takes each through render, deliver and settle. */
export function startWorker(options: WorkerOptions): Worker {
  const openSecrets = secretOpener(options.db, options.secretStore);
  const settlements = makeBatcher<Outcome>(mostPerSettlement, async (items) => {
    if (await store(options, room, items)) alarm.ring();
  });
  const room = keepRoom(options, () => alarm.ring());
  const inFlight = new Set<Promise<void>>();
  const alarm = makeAlarm();
  let stopping = false;
  let afterEntity = 0;
  let lookAtAllAt = 0;

  const turn = async (): Promise<boolean> => {
    const free = Math.min(options.concurrency - inFlight.size, mostPerLease);
    if (free <= 0) return false;
    const { leaseMs, laneConcurrency } = options;
    const all = options.clock.monotonic() >= lookAtAllAt;
    const freshSince = all ? null : new Date(options.clock.now().getTime() - freshMs);
    const taken = await takeDueJobs(options.db, { limit: free, leaseMs, laneConcurrency, afterEntity, freshSince });
    afterEntity = taken.lastEntity;
    if (all && !taken.unseen) lookAtAllAt = options.clock.monotonic() + lookAtAllMs;
    if (taken.jobs.length === 0) return taken.more;
    const webhookIds = taken.jobs.flatMap(({ webhook_id: id }) => (id === null ? [] : [id]));
    const [jobs, secretsOf, unpermitted] = await Promise.all([
      readTakenJobs(options.db, taken.jobs), openSecrets(webhookIds), findUnpermittedExecutions(options.db, taken.jobs.map(({ execution_id: id }) => id)),
    ]);
    for (const job of jobs) {
      const work = carry(options, job, { opened: secretsOf(job.webhook), permitted: !unpermitted.has(job.executionId) }, settlements).finally(() => {
        inFlight.delete(work);
        if (inFlight.size === options.concurrency - 1) alarm.ring();
      });
      inFlight.add(work);
    }
    return taken.more;
  };

  const loop = async (): Promise<void> => {
    while (!stopping) {
      alarm.reset();
      if (!(await turnOrReport(turn, options.log)) && !stopping) await alarm.pause(pollMs);
    }
  };
  const running = loop();
  const recounting = repeat(recountMs, () => recountLanes(options.db), (error) => options.log.error({ err: error }, "cannot count what is under way; trying again"));

  return {
    wake: () => alarm.ring(),
    inFlight: () => inFlight.size,
    stop: async (graceMs) => {
      stopping = true;
      alarm.ring();
      await running;
      await recounting.stop();
      await Promise.race([Promise.allSettled(inFlight).then(room.done), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    },
  };
}

/** The webhook's own schedule goes before the server's. */
const policyOf = (retry: RetryPolicy, { webhook }: LeasedJob): RetryPolicy => ({ ...retry, scheduleMs: webhook?.retryScheduleMs ?? retry.scheduleMs });

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
async function carry(options: WorkerOptions, job: LeasedJob, { opened, permitted }: Found, settlements: Batcher<Outcome>): Promise<void> {
  try {
    const startedAt = options.clock.now();
    const action = options.actions.get(job.actionType);
    const rendered: Rendered = permitted ? await options.stages.render(action, job, options.callbackUrl(job.messageId)) : { ok: false, reason: "rights_lost" };
    const attempt = await traceAttempt(options.tracing, job, () => options.stages.deliver(action, job, rendered, opened));
    const decision = decide(attempt, job.failures, policyOf(options.retry, job), options.random.fraction());
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
      healthy: judgeHealth(attempt),
      probe: job.probe,
      gone: attempt.reason === "gone" ? (job.webhook?.id ?? null) : null,
    });
    options.observe(attempt, job);
  } catch (error) {
    options.log.error({ err: error, execution: job.executionId }, "delivery not settled; it is tried again when its lease ends");
  }
}

/** Tells whether there is more to take in the lanes that have room now. */
async function store(options: WorkerOptions, room: RoomKeeper, items: readonly Outcome[]): Promise<boolean> {
  const { lost, more, toFree } = await options.stages.settle(options, items);
  room.giveBack(toFree);
  if (lost.length > 0) options.log.warn({ executions: lost }, "lease lost before the outcome was stored; another worker has these deliveries");
  return more;
}
