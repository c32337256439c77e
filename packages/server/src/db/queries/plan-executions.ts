import type { ActionType } from "../../domain/automation.ts";
import type { RedeliveryMode } from "../../domain/redelivery.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

/** An execution to be stored: to be delivered when `reason` is null, skipped for that reason otherwise. */
export type NewExecution = {
  id: string;
  entity_id: number;
  automation_id: string;
  revision: number;
  event_id: string;
  action_type: ActionType;
  webhook_id: string | null;
  reason: Reason | null;
};

// The lane of what calls no webhook: of run hooks one per host, so that a slow receiver of some delays no others. The host
// is fixed text in a hook's URL (docs/decisions/2026-11-21-run-hooks.md); what is no address shares one lane.
const laneKey = `action_type || ' ' || entity_id || case action_type when 'RUN_HOOK' then
  coalesce(' ' || (select lower(substring(found.action ->> 'url' from '^\\s*[A-Za-z]+://([^/?#]*)')) from automation_revisions as found where found.automation_id = planned.automation_id and found.revision = planned.revision), '') else '' end`;

// One JSON parameter into json_to_recordset: however many automations fire, it is one statement, and the fastest way
// to insert many rows (stack.md: 122k rows/s against 59k for unnest and 89k for COPY).
const planExecutions = sql("plan_executions", `
  with planned as (
    select * from json_to_recordset($1) as row (id uuid, entity_id bigint, automation_id uuid, revision integer, event_id uuid, action_type text, webhook_id uuid, reason text)
  ), stored as (
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status, reason, finished_at)
    select id, entity_id, automation_id, revision, event_id, action_type, webhook_id,
      case when reason is null then 'pending' else 'skipped' end, reason, case when reason is null then null else now() end
    from planned
  )
  insert into delivery_jobs (execution_id, entity_id, webhook_id, lane_key)
  select id, entity_id, webhook_id, ${laneKey} from planned where reason is null`);

// The foreign keys from jobs to executions are checked at the end of the statement, when both are there.
export async function insertExecutions(db: Querier, executions: readonly NewExecution[]): Promise<void> {
  await db.query(planExecutions, [JSON.stringify(executions)]);
}

// They rank as retries (migration 0019): fresh events go first. With today's configuration an execution may call another
// webhook than the one before.
const planRedeliveries = sql("plan_redeliveries", `
  with original as materialized (
    select pair.id as new_id, execution.id, execution.entity_id, execution.automation_id, execution.event_id, execution.rendered, coalesce(execution.message_id, execution.id) as message_id,
      case when $2 = 'same_bytes' then execution.revision else automation.revision end as revision,
      case when $2 = 'same_bytes' then execution.action_type else automation.action_type end as action_type,
      case when $2 = 'same_bytes' then execution.webhook_id else automation.webhook_id end as webhook_id
    from json_to_recordset($1) as pair (id uuid, original_id uuid)
    join executions as execution on execution.id = pair.original_id
    join automations as automation on automation.id = execution.automation_id
  ), stored as (
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status, rendered, redelivery_of, redelivery_mode, redelivery_id, message_id)
    select new_id, entity_id, automation_id, revision, event_id, action_type, webhook_id, 'pending', case when $2 = 'same_bytes' then rendered end, id, $2, $3,
      case when $2 = 'same_bytes' then message_id end from original
  )
  insert into delivery_jobs (execution_id, entity_id, webhook_id, lane_key, rank)
  select new_id, entity_id, webhook_id, ${laneKey}, now() + interval '1 hour' from original as planned`);

export type NewRedeliveries = {
  executions: readonly { id: string; original_id: string }[];
  mode: RedeliveryMode;
  /** Where they are part of a redelivery of many. */
  redeliveryId: string | null;
};

/** Plans new executions that deliver earlier ones again. */
export async function insertRedeliveries(db: Querier, { executions, mode, redeliveryId }: NewRedeliveries): Promise<void> {
  await db.query(planRedeliveries, [JSON.stringify(executions), mode, redeliveryId]);
}
