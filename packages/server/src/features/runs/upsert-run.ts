import type { Transaction } from "../../db/database.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import type { LockedRun } from "../../db/queries/run-lock.ts";
import type { RunChanges, RunRow } from "../../db/queries/runs.ts";
import { insertRun, setRunStatus, updateRun } from "../../db/queries/runs.ts";
import { invalid, invalidAt, notFound } from "../../domain/failure.ts";
import { nameProblem } from "../../domain/names.ts";
import { statusAfterResume } from "../../domain/run-state.ts";
import type { RunHook } from "../../domain/run-hook.ts";
import { newRunName, twoWords } from "../../domain/run-name.ts";
import type { RunState } from "../../domain/run.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { VisibleProject } from "../access/index.ts";
import { requireProject } from "../access/index.ts";
import { ensureProject } from "../projects/index.ts";
import type { Services } from "../services.ts";
import { captureRunState } from "./capture-run-state.ts";
import { checkRunChanges } from "./check-run-changes.ts";
import { defaultPath } from "./default-path.ts";
import { findRunById, requireRun } from "./find-run.ts";
import { inheritHistory } from "./inherit-history.ts";
import { readHooks } from "./read-hooks.ts";
import { saveHooks } from "./save-hooks.ts";

type Needs = Pick<Services, "db" | "clock" | "random" | "limits" | "pipeline" | "publicUrl" | "ids" | "templates" | "log">;

/** Which run: one that exists, by id; or a path, whose project and run are made where they do not exist yet. */
export type UpsertTarget =
  | { id: number }
  | {
      /** Null: the viewer's own. */
      entity: string | null;
      project: string | null;
      /** Null: a new run, with a name that we choose. */
      name: string | null;
      /** A run that is only planned begins as "pending"; null begins it as running. */
      state: string | null;
    };

/** Leaves a run as it is. */
export const noChanges: RunChanges = {
  displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null,
};

export type UpsertedRun = { run: RunRow; project: VisibleProject; inserted: boolean };

/**
 * Makes a run, or changes one: what is null stays as it is. A script that names a run which exists takes it up again,
 * so the run goes (back) to running; a change by id leaves the state alone. A config may bring hooks along. Needs the role member. Captures RUN_STATE and the events of its hooks.
 */
export async function upsertRun(services: Needs, viewer: Viewer, target: UpsertTarget, changes: RunChanges): Promise<UpsertedRun> {
  checkRunChanges(changes, services.limits);
  const wanted: Wanted = { changes, hooks: await readHooks(services, changes.config) };
  return "id" in target ? await changeRun(services, viewer, target.id, wanted) : await takeUpRun(services, viewer, target, wanted);
}

/** What is to be set; hooks that are null stay as they are. */
type Wanted = { changes: RunChanges; hooks: readonly RunHook[] | null };

async function changeRun(services: Needs, viewer: Viewer, runId: number, { changes, hooks }: Wanted): Promise<UpsertedRun> {
  noEvent("a change by id leaves the state alone");
  const run = await services.db.transaction(async (tx) => {
    requireRun(await lockRun(tx, viewer.userId, { id: runId }), "member", "");
    await updateRun(tx, runId, changes, services.clock.now());
    if (hooks !== null) await saveHooks(services, tx, runId, { hooks, userId: viewer.userId });
    return await reread(tx, runId);
  });
  return { run, project: await requireProject(services.db, viewer, { id: run.project_id }, "member"), inserted: false };
}

type PathTarget = Exclude<UpsertTarget, { id: number }>;

async function takeUpRun(services: Needs, viewer: Viewer, target: PathTarget, { changes, hooks }: Wanted): Promise<UpsertedRun> {
  const name = target.name === null || target.name === "" ? newRunName(services.random) : target.name;
  const problem = nameProblem("run", name, "name");
  if (problem !== null) throw invalid([problem]);
  const project = await ensureProject(services, viewer, defaultPath(viewer, target));
  const state = startState(target.state);
  const at = services.clock.now();
  return await services.db.transaction(async (tx) => {
    const announce = async (runId: number, before: RunState | null, after: RunState): Promise<void> => {
      if (hooks !== null) await saveHooks(services, tx, runId, { hooks, userId: viewer.userId });
      await captureRunState(services, tx, { runId, before, after, author: viewer.username, causedBy: viewer.causedBy, takenUp: state !== "pending" });
    };
    const known = await lockRun(tx, viewer.userId, { projectId: project.id, name });
    const take = async (run: LockedRun): Promise<UpsertedRun> => {
      const changed = await (state === "pending" ? changePlanned : resume)(tx, run, changes, at);
      await announce(run.id, run.state, changed.state);
      return { run: changed, project, inserted: false };
    };
    if (known !== null) return await take(known);
    const made = { entityId: project.entity_id, projectId: project.id, name, words: twoWords(services.random), state, userId: viewer.userId, at, changes };
    const id = await insertRun(tx, made);
    if (id !== null) {
      await inheritHistory(tx, viewer, { id, entityId: project.entity_id, projectId: project.id, config: changes.config }, at);
      await announce(id, null, state);
      return { run: await reread(tx, id), project, inserted: true };
    }
    // Another request made the run between our look and our insert; now it is there to be locked.
    return await take(requireRun(await lockRun(tx, viewer.userId, { projectId: project.id, name }), "member", ` "${name}"`));
  });
}

async function resume(tx: Transaction, run: LockedRun, changes: RunChanges, at: Date): Promise<RunRow> {
  const before = { state: run.state, exitCode: run.exit_code, stopRequested: run.stop_requested };
  const after = statusAfterResume(before);
  if (after !== before) await setRunStatus(tx, run.id, after, at);
  return await changePlanned(tx, run, changes, at);
}

/** Who only plans a run does not take it up: its state stays. */
async function changePlanned(tx: Transaction, run: LockedRun, changes: RunChanges, at: Date): Promise<RunRow> {
  await updateRun(tx, run.id, changes, at);
  return await reread(tx, run.id);
}

async function reread(tx: Transaction, runId: number): Promise<RunRow> {
  const run = await findRunById(tx, runId);
  if (run === null) throw notFound("Run");
  return run;
}

function startState(asked: string | null): "pending" | "running" {
  switch (asked) {
    case "pending":
      return "pending";
    case null:
    case "":
    case "running":
      return "running";
    default:
      throw invalidAt("state", `a run can begin as "pending" or "running", not as "${asked.slice(0, 40)}"`);
  }
}
