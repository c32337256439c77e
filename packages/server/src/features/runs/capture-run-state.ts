import type { Transaction } from "../../db/database.ts";
import type { Change } from "../../domain/event.ts";
import { hookEvents } from "../../domain/run-hook.ts";
import { enteredState, hookStatesEntered } from "../../domain/run-state.ts";
import type { RunState } from "../../domain/run.ts";
import type { Services } from "../services.ts";
import { readHookedRun } from "./run-subject.ts";

export type StateChange = {
  runId: number;
  /** Null for a new run. */
  before: RunState | null;
  after: RunState;
  /** Who made the change; null for whoever runs the run. */
  author: string | null;
  /** The execution on whose delivery it was made, where the request said so. */
  causedBy?: string | undefined;
  /** A script has taken the run up, and so started; otherwise it reported, was moved by hand, or fell silent. */
  takenUp?: boolean;
};

/**
 * Captures RUN_STATE if the run enters a state that automations watch, and the events of its own hooks, if it has any
 * that wait for what happened. Call it when the run, its hooks included, is stored as it now is.
 */
export async function captureRunState(services: Pick<Services, "pipeline" | "publicUrl">, tx: Transaction, change: StateChange): Promise<void> {
  const { runId, before, after, takenUp = false } = change;
  const entered = enteredState(before, after);
  const events = hookStatesEntered({ before, after, takenUp }).map((state) => hookEvents[state]);
  if (entered === null && events.length === 0) return;
  const run = await readHookedRun(tx, { runId, publicUrl: services.publicUrl, state: after, events });
  if (run === null) return;
  const { causedBy } = change;
  const author = change.author ?? run.subject.user;
  const changes: Change[] = entered === null ? [] : [{ type: "RUN_STATE", author, causedBy, subject: run.subject }];
  changes.push(...events.filter((type) => run.waiting.includes(type)).map((type): Change => ({ type, author, causedBy, subject: run.hooked })));
  await services.pipeline.captureChange(tx, ...changes);
}
