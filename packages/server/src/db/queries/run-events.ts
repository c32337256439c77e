import type { RunState } from "../../domain/run.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** What an event says of a run. */
export type RunSubjectRow = {
  id: number;
  name: string;
  display_name: string;
  tags: string[];
  config: string;
  summary: string;
  group_name: string | null;
  job_type: string | null;
  notes: string | null;
  sweep_name: string | null;
  host: string | null;
  program: string | null;
  commit: string | null;
  exit_code: number | null;
  last_step: number | null;
  created_at: Date;
  updated_at: Date;
  heartbeat_at: Date;
  username: string | null;
  user_display_name: string | null;
  project_id: number;
  project_name: string;
  entity_id: number;
  entity_name: string;
  /** Which of the hook events that were asked for the run has hooks for. */
  hook_events: string[];
};

const subject = sql("run_event_subject", `
  select run.id, run.name, run.display_name, run.tags, run.config, run.summary, run.group_name, run.job_type, run.notes, run.sweep_name,
    run.host, run.program, run.commit, run.exit_code, run.last_step, run.created_at, run.updated_at, run.heartbeat_at, author.username, author.display_name as user_display_name,
    project.id as project_id, project.name as project_name, entity.id as entity_id, entity.name as entity_name,
    array(
      select distinct hook.event_type from automations as hook
      where hook.event_type = any($2::text[]) and hook.scope_kind = 'run' and hook.scope_id = run.id and hook.enabled and hook.deleted_at is null
    ) as hook_events
  from runs as run
  join projects as project on project.id = run.project_id
  join entities as entity on entity.id = run.entity_id
  left join users as author on author.id = run.user_id
  where run.id = $1`);

export async function findRunSubject(db: Querier, runId: number, hookEvents: readonly string[]): Promise<RunSubjectRow | null> {
  return (await db.query<RunSubjectRow>(subject, [runId, hookEvents]))[0] ?? null;
}

export type LostRun = { id: number; before: RunState; after: RunState };

// A run that another transaction is writing to is alive, or is looked at again at the next turn: skip locked.
const takeLost = sql("run_events_take_lost", `
  with lost as (
    select id, state from runs where state in ('running', 'preempting') and heartbeat_at < $1
    order by id limit $2 for no key update skip locked
  )
  update runs as run set state = case lost.state when 'preempting' then 'preempted' else 'crashed' end, updated_at = $3
  from lost where run.id = lost.id
  returning run.id, lost.state as before, run.state as after`);

/** Marks runs that have not been heard of since that time, at most `limit`: running ones crashed, preempting ones preempted. */
export const markLostRuns = (tx: Transaction, input: { silentSince: Date; limit: number; at: Date }): Promise<LostRun[]> => tx.query<LostRun>(takeLost, [input.silentSince, input.limit, input.at]);
