import type { ExecutionStatus } from "../../domain/execution.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** A hook as it is to be stored: an automation whose scope is the run. */
export type HookWrite = {
  id: string;
  name: string;
  event_type: string;
  /** What matching reads; see readRunHook in domain/filter/event-filter.ts. */
  event_filter: string;
  action: object;
};

export type HookRow = {
  id: string;
  name: string;
  event_type: string;
  event_filter: string;
  action: unknown;
  created_at: Date;
  last_execution_id: string | null;
  last_execution_status: ExecutionStatus | null;
  last_execution_reason: string | null;
  last_execution_at: Date | null;
};

const ofRun = sql("run_hooks_of_run", `
  select hook.id, hook.name, hook.event_type, hook.event_filter, hook.action, hook.created_at,
    last.id as last_execution_id, last.status as last_execution_status, last.reason as last_execution_reason, last.created_at as last_execution_at
  from automations as hook left join lateral (
    select execution.id, execution.status, execution.reason, execution.created_at from executions as execution
    where execution.automation_id = hook.id order by execution.id desc limit 1
  ) as last on true
  where hook.scope_kind = 'run' and hook.scope_id = $1 and hook.deleted_at is null order by (hook.action ->> 'position')::integer`);

/** The hooks that the run has, in the order of its list. */
export const findHooksOfRun = (db: Querier, runId: number): Promise<HookRow[]> => db.query<HookRow>(ofRun, [runId]);

const remove = sql("run_hooks_remove", `
  update automations set deleted_at = now(), enabled = false where scope_kind = 'run' and scope_id = $1 and deleted_at is null`);

const insert = sql("run_hooks_insert", `
  with hook as (
    insert into automations (id, entity_id, project_id, scope_kind, scope_id, name, enabled, event_type, event_filter, action_type, action, created_by)
    select row.id, run.entity_id, run.project_id, 'run', run.id, row.name, true, row.event_type, row.event_filter, 'RUN_HOOK', row.action, $3
    from runs as run, json_to_recordset($2) as row (id uuid, name text, event_type text, event_filter text, action jsonb)
    where run.id = $1
    returning id, entity_id, name, event_type, event_filter, action_type, action, created_by
  )
  insert into automation_revisions (automation_id, revision, entity_id, name, event_type, event_filter, action_type, action, created_by)
  select id, 1, entity_id, name, event_type, event_filter, action_type, action, created_by from hook`);

/** Gives the run these hooks instead of those that it had; the rows of the old ones stay, for the history. */
export async function replaceHooks(tx: Transaction, runId: number, hooks: readonly HookWrite[], userId: number): Promise<void> {
  await tx.query(remove, [runId]);
  if (hooks.length > 0) await tx.query(insert, [runId, JSON.stringify(hooks), userId]);
}
