import type { RunState } from "../../domain/run.ts";
import type { Role } from "../../domain/viewer.ts";
import type { Querier, Value } from "../database.ts";
import { sql } from "../database.ts";

export type RunRow = {
  id: number;
  entity_id: number;
  project_id: number;
  name: string;
  display_name: string;
  state: RunState;
  exit_code: number | null;
  config: string;
  summary: string;
  system_metrics: string;
  tags: string[];
  notes: string | null;
  description: string | null;
  group_name: string | null;
  job_type: string | null;
  commit: string | null;
  host: string | null;
  program: string | null;
  sweep_name: string | null;
  stop_requested: boolean;
  history_lines: number;
  event_lines: number;
  log_lines: number;
  /** Lines of the history that stand in columns too, from the first one on. */
  column_lines: number;
  /** Lines of the history that were taken over from the run that this one was forked from. */
  inherited_lines: number;
  last_step: number | null;
  history_keys: string;
  user_id: number | null;
  username: string | null;
  user_display_name: string | null;
  created_at: Date;
  heartbeat_at: Date;
};

export const runColumns = `
  run.id, run.entity_id, run.project_id, run.name, run.display_name, run.state, run.exit_code, run.config, run.summary, run.system_metrics,
  run.tags, run.notes, run.description, run.group_name, run.job_type, run.commit, run.host, run.program, run.sweep_name, run.stop_requested,
  run.history_lines, run.event_lines, run.log_lines, run.column_lines, run.inherited_lines, run.last_step, run.history_keys, run.user_id,
  author.username, author.display_name as user_display_name, run.created_at, run.heartbeat_at`;

const byName = sql("runs_by_name", `
  select ${runColumns} from runs as run left join users as author on author.id = run.user_id where run.project_id = $1 and run.name = $2`);

const byIds = sql("runs_by_ids", `
  select ${runColumns} from runs as run left join users as author on author.id = run.user_id where run.id = any($1::bigint[])`);

export async function findRunByName(db: Querier, projectId: number, name: string): Promise<RunRow | null> {
  return (await db.query<RunRow>(byName, [projectId, name]))[0] ?? null;
}

/** In no particular order; missing runs are left out. */
export const findRunsByIds = (db: Querier, ids: readonly number[]): Promise<RunRow[]> => db.query<RunRow>(byIds, [ids]);

const roleById = sql("runs_role_by_id", "select run.project_id, role_in_project($1, run.project_id) as role from runs as run where run.id = $2");

/** Where a run is and the user's role there; null when there is no such run. */
export async function findRunRole(db: Querier, userId: number, runId: number): Promise<{ project_id: number; role: Role | null } | null> {
  return (await db.query<{ project_id: number; role: Role | null }>(roleById, [userId, runId]))[0] ?? null;
}

// The number in the display name is one more than there are runs: cheap enough for what happens once per run.
const insert = sql("runs_insert", `
  insert into runs (entity_id, project_id, name, display_name, state, config, summary, tags, notes, description, group_name, job_type,
                    commit, host, program, repo, sweep_name, user_id, created_at, updated_at, heartbeat_at)
  values ($1, $2, $3, coalesce($4, $5::text || '-' || (select count(*) + 1 from runs where project_id = $2)), $6, coalesce($7, '{}'), coalesce($8, '{}'),
          coalesce($9::text[], '{}'), $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $20)
  on conflict (project_id, name) do nothing returning id`);

/** What a client may set of a run; null leaves it as it is. */
export type RunChanges = {
  displayName: string | null;
  config: string | null;
  summary: string | null;
  tags: readonly string[] | null;
  notes: string | null;
  description: string | null;
  groupName: string | null;
  jobType: string | null;
  commit: string | null;
  host: string | null;
  program: string | null;
  repo: string | null;
  sweepName: string | null;
};

export type NewRun = { entityId: number; projectId: number; name: string; words: string; state: RunState; userId: number; at: Date; changes: RunChanges };

const settable = (changes: RunChanges): Value[] => [
  changes.config, changes.summary, changes.tags, changes.notes, changes.description, changes.groupName, changes.jobType,
  changes.commit, changes.host, changes.program, changes.repo, changes.sweepName,
];

/** Null when a run of that name exists already. */
export async function insertRun(db: Querier, run: NewRun): Promise<number | null> {
  const { changes } = run;
  const rows = await db.query<{ id: number }>(insert, [
    run.entityId, run.projectId, run.name, changes.displayName, run.words, run.state, ...settable(changes), run.userId, run.at,
  ]);
  return rows[0]?.id ?? null;
}

const update = sql("runs_update", `
  update runs set config = coalesce($2, config), summary = coalesce($3, summary), tags = coalesce($4::text[], tags), notes = coalesce($5, notes),
    description = coalesce($6, description), group_name = coalesce($7, group_name), job_type = coalesce($8, job_type), commit = coalesce($9, commit),
    host = coalesce($10, host), program = coalesce($11, program), repo = coalesce($12, repo), sweep_name = coalesce($13, sweep_name),
    display_name = coalesce($14, display_name), updated_at = $15
  where id = $1`);

export async function updateRun(db: Querier, runId: number, changes: RunChanges, at: Date): Promise<void> {
  await db.query(update, [runId, ...settable(changes), changes.displayName, at]);
}

const setStatus = sql("runs_set_status", `
  update runs set state = $2, exit_code = $3, stop_requested = $4, updated_at = $5, heartbeat_at = $5 where id = $1`);

export async function setRunStatus(db: Querier, runId: number, status: { state: RunState; exitCode: number | null; stopRequested: boolean }, at: Date): Promise<void> {
  await db.query(setStatus, [runId, status.state, status.exitCode, status.stopRequested, at]);
}

const requestStop = sql("runs_request_stop", "update runs set stop_requested = true, updated_at = $2 where id = $1 and state in ('pending', 'running', 'preempting', 'crashed', 'preempted')");

export async function requestRunStop(db: Querier, runId: number, at: Date): Promise<void> {
  await db.query(requestStop, [runId, at]);
}

const remove = sql("runs_delete", "delete from runs where id = $1");

/** Its lines, file rows and artifact links go with it. */
export async function deleteRunRow(db: Querier, runId: number): Promise<void> {
  await db.query(remove, [runId]);
}
