import type { Transaction } from "../../db/database.ts";
import { enteredState } from "../../domain/run-state.ts";
import type { RunState } from "../../domain/run.ts";
import type { Services } from "../services.ts";
import { readRunSubject } from "./run-subject.ts";

export type StateChange = {
  runId: number;
  /** Null for a new run. */
  before: RunState | null;
  after: RunState;
  /** Who made the change; null for whoever runs the run. */
  author: string | null;
};

/** Captures RUN_STATE if the run enters a state that automations watch. Call it when the run is stored as it now is. */
export async function captureRunState(services: Pick<Services, "pipeline" | "publicUrl">, tx: Transaction, change: StateChange): Promise<void> {
  if (enteredState(change.before, change.after) === null) return;
  const subject = await readRunSubject(tx, change.runId, services.publicUrl, change.after);
  if (subject === null) return;
  await services.pipeline.captureChange(tx, { type: "RUN_STATE", author: change.author ?? subject.user, subject });
}
