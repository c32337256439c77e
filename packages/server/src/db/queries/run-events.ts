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
  username: string | null;
  project_id: number;
  project_name: string;
  entity_id: number;
  entity_name: string;
};

const subject = sql("run_event_subject", `
  select run.id, run.name, run.display_name, run.tags, run.config, run.summary, author.username,
    project.id as project_id, project.name as project_name, entity.id as entity_id, entity.name as entity_name
  from runs as run
  join projects as project on project.id = run.project_id
  join entities as entity on entity.id = run.entity_id
  left join users as author on author.id = run.user_id
  where run.id = $1`);

export async function findRunSubject(db: Querier, runId: number): Promise<RunSubjectRow | null> {
  return (await db.query<RunSubjectRow>(subject, [runId]))[0] ?? null;
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
