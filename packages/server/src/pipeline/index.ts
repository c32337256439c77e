import type { Transaction } from "../db/database.ts";
import { insertRedelivery } from "../db/queries/plan-executions.ts";
import type { Change } from "../domain/event.ts";
import type { IdMaker } from "../kit/ids.ts";
import type { Stages } from "./stages.ts";
import { stages } from "./stages.ts";

export { stages } from "./stages.ts";
export type { Worker, WorkerOptions } from "./worker.ts";
export { startWorker } from "./worker.ts";
export { dayMs, defaultJitter } from "./settle/decide.ts";

/** The part of the way that runs in the transaction of a change. */
export type Pipeline = {
  /**
   * Stores the change as an event, matches it against the automations in scope, and plans their executions: all in the
   * transaction of the verb that made the change. Delivery starts once that transaction is durable.
   */
  captureChange(tx: Transaction, change: Change): Promise<void>;
  /** Plans a new execution that sends the bytes of an earlier one again; gives its id. */
  redeliver(tx: Transaction, executionId: string): Promise<string>;
};

export type PipelineOptions = {
  ids: IdMaker;
  /** Told, once it is durable, that there are new delivery jobs. */
  jobsAdded(): void;
  /** Told of what was captured, for the metrics. */
  observe(captured: { type: string; firings: number; skips: readonly string[] }): void;
  stages?: Stages;
};

export function makePipeline(options: PipelineOptions): Pipeline {
  const way = options.stages ?? stages;
  return {
    captureChange: async (tx, change) => {
      const { event, candidates } = await way.capture(tx, options.ids, change);
      const matched = way.match(event, candidates);
      const jobs = await way.plan(tx, options.ids, event, matched);
      tx.afterCommit(() => {
        if (jobs > 0) options.jobsAdded();
        options.observe({ type: event.type, firings: matched.firings.length, skips: matched.skips.map(({ reason }) => reason) });
      });
    },
    redeliver: async (tx, executionId) => {
      const id = options.ids();
      await insertRedelivery(tx, id, executionId);
      tx.afterCommit(options.jobsAdded);
      return id;
    },
  };
}

/** Says that a verb which opens a transaction raises no event, and why. */
export function noEvent(_why: string): void {
  // The sentence is for the reader, and for the rule that every verb captures an event or says why not.
}
