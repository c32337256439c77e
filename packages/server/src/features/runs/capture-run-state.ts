import type { Transaction } from "../../db/database.ts";
import type { RunSubjectRow } from "../../db/queries/run-events.ts";
import { findRunSubject } from "../../db/queries/run-events.ts";
import type { RunSubject } from "../../domain/event.ts";
import { configValues } from "../../domain/run-filter.ts";
import { readRow } from "../../domain/run-history.ts";
import { enteredState } from "../../domain/run-state.ts";
import type { RunState } from "../../domain/run.ts";
import type { Services } from "../services.ts";

export type StateChange = {
  runId: number;
  /** Null for a new run. */
  before: RunState | null;
  after: RunState;
  /** Who made the change; null for whoever runs the run. */
  author: string | null;
  /** The execution on whose delivery it was made, where the request said so. */
  causedBy?: string | undefined;
};

/** Captures RUN_STATE if the run enters a state that automations watch. Call it when the run is stored as it now is. */
export async function captureRunState(services: Pick<Services, "pipeline" | "publicUrl">, tx: Transaction, change: StateChange): Promise<void> {
  const entered = enteredState(change.before, change.after);
  if (entered === null) return;
  const run = await findRunSubject(tx, change.runId);
  if (run === null) return;
  const subject: RunSubject = { ...placeOf(run, services.publicUrl), kind: "run", entered, state: change.after };
  await services.pipeline.captureChange(tx, { type: "RUN_STATE", author: change.author ?? subject.user, causedBy: change.causedBy, subject });
}

function placeOf(run: RunSubjectRow, publicUrl: string): Omit<RunSubject, "kind" | "entered" | "state"> {
  const path = [run.entity_name, run.project_name, "runs", run.name].map(encodeURIComponent).join("/");
  return {
    runId: run.id, runName: run.name, displayName: run.display_name, url: `${publicUrl}/${path}`, user: run.username ?? "", tags: run.tags,
    config: withoutOwn(configValues(run.config)), summary: withoutOwn(readRow(run.summary)),
    projectId: run.project_id, projectName: run.project_name, entityId: run.entity_id, entityName: run.entity_name,
  };
}

/** `_wandb` holds the SDK's telemetry: large, and of no use to a filter. */
const withoutOwn = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([key]) => key !== "_wandb"));
