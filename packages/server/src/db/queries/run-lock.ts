import type { RunState } from "../../domain/run.ts";
import type { Role } from "../../domain/viewer.ts";
import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** What writers need to know of a run that they have locked. */
export type LockedRun = {
  id: number;
  entity_id: number;
  project_id: number;
  name: string;
  state: RunState;
  exit_code: number | null;
  stop_requested: boolean;
  sweep_name: string | null;
  history_lines: number;
  event_lines: number;
  log_lines: number;
  /** Counts how often lines of the history were replaced, cut, or came out of order. */
  history_rewrites: number;
  /** Lines of the history that stand in columns too, from the first one on. */
  column_lines: number;
  /** Lines of the history that were taken over from the run that this one was forked from. */
  inherited_lines: number;
  last_step: number | null;
  history_keys: string;
  role: Role | null;
};

const columns = `
  run.id, run.entity_id, run.project_id, run.name, run.state, run.exit_code, run.stop_requested, run.sweep_name, run.history_lines,
  run.event_lines, run.log_lines, run.history_rewrites, run.column_lines, run.inherited_lines, run.last_step, run.history_keys, role_in_project($1, run.project_id) as role`;

// One round trip finds the run, tells the user's role, and makes all other writers of this run wait. FOR NO KEY UPDATE
// leaves those alone who only point at the run, such as an artifact that names it as its source.
const byPath = sql("run_lock_by_path", `
  select ${columns} from entities as entity join projects as project on project.entity_id = entity.id join runs as run on run.project_id = project.id
  where lower(entity.name) = lower($2) and project.name = $3 and run.name = $4 for no key update of run`);

const byName = sql("run_lock_by_name", `select ${columns} from runs as run where run.project_id = $2 and run.name = $3 for no key update of run`);

const byId = sql("run_lock_by_id", `select ${columns} from runs as run where run.id = $2 for no key update of run`);

export type RunPath = { entity: string; project: string; run: string };
export type WhichRun = RunPath | { projectId: number; name: string } | { id: number };

/** The run, locked until the transaction ends, and the user's role in its project; null when there is none. */
export async function lockRun(tx: Transaction, userId: number, which: WhichRun): Promise<LockedRun | null> {
  const rows =
    "id" in which
      ? await tx.query<LockedRun>(byId, [userId, which.id])
      : "run" in which
        ? await tx.query<LockedRun>(byPath, [userId, which.entity, which.project, which.run])
        : await tx.query<LockedRun>(byName, [userId, which.projectId, which.name]);
  return rows[0] ?? null;
}
