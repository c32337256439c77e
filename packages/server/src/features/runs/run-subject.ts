import type { Querier } from "../../db/database.ts";
import type { RunSubjectRow } from "../../db/queries/run-events.ts";
import { findRunSubject } from "../../db/queries/run-events.ts";
import type { RunDetails, RunSubject } from "../../domain/event.ts";
import { configValues } from "../../domain/run-filter.ts";
import { readRow, withoutNonFinite } from "../../domain/run-history.ts";
import { hooksKey } from "../../domain/run-hook.ts";
import type { RunState } from "../../domain/run.ts";
import { watchedState } from "../../domain/run-state.ts";

/** The run as events and run filters see it, as it is stored at this moment; null when it is gone. */
export async function readRunSubject(db: Querier, runId: number, publicUrl: string, state: RunState): Promise<RunSubject | null> {
  const run = await findRunSubject(db, runId, []);
  return run === null ? null : subjectOf(run, publicUrl, state);
}

export type HookedRun = {
  subject: RunSubject;
  /** The same, as the templates of hooks see it. */
  hooked: RunSubject;
  /** Which of the events that were asked for the run has hooks for. */
  waiting: readonly string[];
};

/** The run, and which of the events its own hooks wait for; null when it is gone. */
export async function readHookedRun(db: Querier, which: { runId: number; publicUrl: string; state: RunState; events: readonly string[] }): Promise<HookedRun | null> {
  const run = await findRunSubject(db, which.runId, which.events);
  if (run === null) return null;
  const subject = subjectOf(run, which.publicUrl, which.state);
  return { subject, hooked: { ...subject, config: withoutInfinite(subject.config), summary: withoutInfinite(subject.summary), details: detailsOf(run) }, waiting: run.hook_events };
}

const subjectOf = (run: RunSubjectRow, publicUrl: string, state: RunState): RunSubject => ({ ...placeOf(run, publicUrl), kind: "run", entered: watchedState(state), state, metric: null });

const detailsOf = (run: RunSubjectRow): RunDetails => ({
  userDisplayName: run.user_display_name ?? run.username ?? "", group: run.group_name, jobType: run.job_type, notes: run.notes, sweep: run.sweep_name,
  host: run.host, program: run.program, commit: run.commit, exitCode: run.exit_code, lastStep: run.last_step,
  createdAt: run.created_at.toISOString(), updatedAt: run.updated_at.toISOString(), heartbeatAt: run.heartbeat_at.toISOString(),
});

/** As the SDK reads them back: what JSON has no number for is a text. */
const withoutInfinite = (values: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, withoutNonFinite(value)]));

function placeOf(run: RunSubjectRow, publicUrl: string): Omit<RunSubject, "kind" | "entered" | "state" | "metric" | "details"> {
  const path = [run.entity_name, run.project_name, "runs", run.name].map(encodeURIComponent).join("/");
  return {
    runId: run.id, runName: run.name, displayName: run.display_name, url: `${publicUrl}/${path}`, user: run.username ?? "", tags: run.tags,
    config: withoutOwn(configValues(run.config)), summary: withoutOwn(readRow(run.summary)),
    projectId: run.project_id, projectName: run.project_name, entityId: run.entity_id, entityName: run.entity_name,
  };
}

/** `_wandb` holds the SDK's telemetry: large, and of no use to a filter. Neither are the texts of the hooks. */
const withoutOwn = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([key]) => key !== "_wandb" && key !== hooksKey));
