import type { Transaction } from "../db/database.ts";
import { insertRedeliveries } from "../db/queries/plan-executions.ts";
import type { Change } from "../domain/event.ts";
import type { RedeliveryMode } from "../domain/redelivery.ts";
import type { IdMaker } from "../kit/ids.ts";
import { currentTraceparent, inStep, noteMore } from "../kit/unit-of-work.ts";
import type { Tracing } from "../ports/tracing/port.ts";
import type { Planned } from "./plan/plan-executions.ts";
import type { LoopGuard } from "./loops/hold-loops.ts";
import { defaultLoopDepth, makeLoopGuard } from "./loops/hold-loops.ts";
import type { Stages } from "./stages.ts";
import { stages } from "./stages.ts";

export type { OpenedSecrets } from "./deliver/open-secrets.ts";
export { openSecretRows, secretOpener } from "./deliver/open-secrets.ts";
export type { ExplainedClause, ExplainedCondition } from "./match/explain-condition.ts";
export { explainCondition } from "./match/explain-condition.ts";
export { makeLoopGuard } from "./loops/hold-loops.ts";
export type { Stages } from "./stages.ts";
export { stages } from "./stages.ts";
export type { Worker, WorkerOptions } from "./worker.ts";
export { startWorker } from "./worker.ts";
export { defaultBreaker } from "./settle/breaker-policy.ts";
export { dayMs, defaultJitter } from "./settle/decide.ts";

/** The part of the way that runs in the transaction of a change. */
export type Pipeline = {
  /**
   * Stores changes as events, matches them against the automations in scope, and plans their executions: all in the
   * transaction of the verb that made the changes, and in the same few round trips however many they are. Delivery
   * starts once that transaction is durable.
   */
  captureChange(tx: Transaction, ...changes: readonly Change[]): Promise<void>;
  /** Says that waiting deliveries may be due: workers look once the transaction is durable. */
  wake(tx: Transaction): void;
  /** Plans new executions that deliver earlier ones again; gives their ids, in the order of the given ones. */
  redeliver(tx: Transaction, again: Redelivering): Promise<string[]>;
};

export type Redelivering = { executionIds: readonly string[]; mode: RedeliveryMode; /** Where they are part of a redelivery of many. */ redeliveryId: string | null };

export type PipelineOptions = {
  ids: IdMaker;
  /** Told, once it is durable, that there are new delivery jobs. */
  jobsAdded(): void;
  /** Told of what was captured, for the metrics. */
  observe(captured: { type: string; firings: number; skips: readonly string[] }): void;
  /** Holds back what goes in circles; without it the depth alone is looked at. */
  holdLoops?: LoopGuard;
  stages?: Stages;
  tracing?: Tracing;
};

const guardByDepth = makeLoopGuard({ depth: defaultLoopDepth, rate: null }, { monotonic: () => 0 });

export function makePipeline(options: PipelineOptions): Pipeline {
  const way = options.stages ?? stages;
  return {
    captureChange: (tx, ...changes) => carryChanges(options, way, tx, changes),
    wake: (tx) => tx.afterCommit(options.jobsAdded),
    redeliver: async (tx, { executionIds, mode, redeliveryId }) => {
      const executions = executionIds.map((original) => ({ id: options.ids(), original_id: original }));
      await insertRedeliveries(tx, { executions, mode, redeliveryId });
      tx.afterCommit(options.jobsAdded);
      return executions.map(({ id }) => id);
    },
  };
}

async function carryChanges(options: PipelineOptions, way: Stages, tx: Transaction, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const span = options.tracing?.start({ name: "capture", kind: "internal", parent: currentTraceparent(), values: { "bellhop.events": changes.map(({ type }) => type).join(",") } });
  const matched = await inStep(span?.traceparent ?? currentTraceparent(), () => plan(options, way, tx, changes)).catch((error: unknown) => {
    span?.end({}, "failed");
    throw error;
  });
  const jobs = matched.reduce((sum, { firings }) => sum + firings.length, 0);
  span?.end({ "bellhop.firings": jobs });
  tx.afterCommit(() => {
    noteMore("events", matched.length);
    noteMore("firings", jobs);
    if (jobs > 0) options.jobsAdded();
    for (const { event, firings, skips } of matched) options.observe({ type: event.type, firings: firings.length, skips: skips.map(({ reason }) => reason) });
  });
}

async function plan(options: PipelineOptions, way: Stages, tx: Transaction, changes: readonly Change[]): Promise<readonly Planned[]> {
  const captured = await way.capture(tx, options.ids, changes);
  const matched = captured.map(({ event, depth, candidates }) => (options.holdLoops ?? guardByDepth)({ event, depth, ...way.match(event, candidates) }));
  await way.plan(tx, options.ids, matched);
  return matched;
}

/** Says that a verb which opens a transaction raises no event, and why. */
export function noEvent(_why: string): void {
  // The sentence is for the reader, and for the rule that every verb captures an event or says why not.
}
