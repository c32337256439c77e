import type { EventTypeOf } from "@bellhop/contract";
import type { Transaction } from "../../db/database.ts";
import type { RunSubjectRow } from "../../db/queries/run-events.ts";
import { findRunSubject } from "../../db/queries/run-events.ts";
import type { Change, RunDetails, RunSubject } from "../../domain/event.ts";
import { configValues } from "../../domain/run-filter.ts";
import { readRow, withoutNonFinite } from "../../domain/run-history.ts";
import { hookEvents, hooksKey } from "../../domain/run-hook.ts";
import { enteredState, hookStatesEntered } from "../../domain/run-state.ts";
import type { RunState } from "../../domain/run.ts";
import type { Services } from "../services.ts";

export type StateChange = {
  runId: number;
  /** Null for a new run. */
  before: RunState | null;
  after: RunState;
  /** Who made the change; null for whoever runs the run. */
  author: string | null;
  /** A script has taken the run up, and so started; otherwise it reported, was moved by hand, or fell silent. */
  takenUp?: boolean;
};

/**
 * Captures RUN_STATE if the run enters a state that automations watch, and the events of its own hooks, if it has any
 * that wait for what happened. Call it when the run, its hooks included, is stored as it now is.
 */
export async function captureRunState(services: Pick<Services, "pipeline" | "publicUrl">, tx: Transaction, change: StateChange): Promise<void> {
  const { before, after, takenUp = false } = change;
  const entered = enteredState(before, after);
  const events = hookStatesEntered({ before, after, takenUp }).map((state) => hookEvents[state]);
  if (entered === null && events.length === 0) return;
  const run = await findRunSubject(tx, change.runId, events);
  if (run === null) return;
  const place = placeOf(run, services.publicUrl);
  const author = change.author ?? place.user;
  const changes: Change[] = entered === null ? [] : [{ type: "RUN_STATE", author, subject: { ...place, kind: "run", entered, state: after } }];
  const hooked = events.filter((type) => run.hook_events.includes(type));
  if (hooked.length > 0) changes.push(...hookChanges(hooked, author, { ...place, summary: withoutInfinite(place.summary), config: withoutInfinite(place.config), kind: "run", entered: null, state: after, details: detailsOf(run) }));
  await services.pipeline.captureChange(tx, ...changes);
}

const hookChanges = (types: readonly EventTypeOf<"run_hook">[], author: string, subject: RunSubject): Change[] => types.map((type) => ({ type, author, subject }));

/** As the SDK reads them back: what JSON has no number for is a text. */
const withoutInfinite = (values: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, withoutNonFinite(value)]));

function placeOf(run: RunSubjectRow, publicUrl: string): Omit<RunSubject, "kind" | "entered" | "state" | "details"> {
  const path = [run.entity_name, run.project_name, "runs", run.name].map(encodeURIComponent).join("/");
  return {
    runId: run.id, runName: run.name, displayName: run.display_name, url: `${publicUrl}/${path}`, user: run.username ?? "", tags: run.tags,
    config: withoutOwn(configValues(run.config)), summary: withoutOwn(readRow(run.summary)),
    projectId: run.project_id, projectName: run.project_name, entityId: run.entity_id, entityName: run.entity_name,
  };
}

const detailsOf = (run: RunSubjectRow): RunDetails => ({
  userDisplayName: run.user_display_name ?? run.username ?? "", group: run.group_name, jobType: run.job_type, notes: run.notes, sweep: run.sweep_name,
  host: run.host, program: run.program, commit: run.commit, exitCode: run.exit_code, lastStep: run.last_step,
  createdAt: run.created_at.toISOString(), updatedAt: run.updated_at.toISOString(), heartbeatAt: run.heartbeat_at.toISOString(),
});

/** `_wandb` holds the SDK's telemetry: large, and of no use to a filter. Neither are the texts of the hooks themselves. */
const withoutOwn = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([key]) => key !== "_wandb" && key !== hooksKey));
