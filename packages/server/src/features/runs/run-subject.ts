import type { Querier } from "../../db/database.ts";
import type { RunSubjectRow } from "../../db/queries/run-events.ts";
import { findRunSubject } from "../../db/queries/run-events.ts";
import type { RunSubject } from "../../domain/event.ts";
import { configValues } from "../../domain/run-filter.ts";
import { readRow } from "../../domain/run-history.ts";
import type { RunState } from "../../domain/run.ts";
import { watchedState } from "../../domain/run-state.ts";

/** The run as events and run filters see it, as it is stored at this moment; null when it is gone. */
export async function readRunSubject(db: Querier, runId: number, publicUrl: string, state: RunState): Promise<RunSubject | null> {
  const run = await findRunSubject(db, runId);
  return run === null ? null : { ...placeOf(run, publicUrl), kind: "run", entered: watchedState(state), state, metric: null };
}

function placeOf(run: RunSubjectRow, publicUrl: string): Omit<RunSubject, "kind" | "entered" | "state" | "metric"> {
  const path = [run.entity_name, run.project_name, "runs", run.name].map(encodeURIComponent).join("/");
  return {
    runId: run.id, runName: run.name, displayName: run.display_name, url: `${publicUrl}/${path}`, user: run.username ?? "", tags: run.tags,
    config: withoutOwn(configValues(run.config)), summary: withoutOwn(readRow(run.summary)),
    projectId: run.project_id, projectName: run.project_name, entityId: run.entity_id, entityName: run.entity_name,
  };
}

/** `_wandb` holds the SDK's telemetry: large, and of no use to a filter. */
const withoutOwn = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([key]) => key !== "_wandb"));
