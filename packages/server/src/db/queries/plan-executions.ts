import type { ActionType } from "../../domain/automation.ts";
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
  select id, entity_id, webhook_id, action_type || ' ' || entity_id from planned where reason is null`);

// The foreign keys from jobs to executions are checked at the end of the statement, when both are there.
export async function insertExecutions(db: Querier, executions: readonly NewExecution[]): Promise<void> {
  await db.query(planExecutions, [JSON.stringify(executions)]);
}

// It ranks as a retry (migration 0009): fresh events go first.
const planRedelivery = sql("plan_redelivery", `
  with original as (
    select id, entity_id, automation_id, revision, event_id, action_type, webhook_id, rendered from executions where id = $2
  ), stored as (
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status, rendered, redelivery_of)
    select $1, entity_id, automation_id, revision, event_id, action_type, webhook_id, 'pending', rendered, id from original
    returning id
  )
  insert into delivery_jobs (execution_id, entity_id, webhook_id, lane_key, rank)
  select $1, entity_id, webhook_id, action_type || ' ' || entity_id, now() + interval '1 hour' from original`);

/** Plans a new execution that sends the same bytes again. */
export async function insertRedelivery(db: Querier, id: string, originalId: string): Promise<void> {
  await db.query(planRedelivery, [id, originalId]);
}
