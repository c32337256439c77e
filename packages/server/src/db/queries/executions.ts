import type { ActionType } from "../../domain/automation.ts";
import type { AttemptOutcome, ExecutionStatus } from "../../domain/execution.ts";
import type { AnyScopeKind } from "../../domain/event.ts";
import type { OutcomeStatus } from "../../domain/outcome/report.ts";
import type { RedeliveryMode } from "../../domain/redelivery.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Role } from "../../domain/viewer.ts";
import { lastId, leastId } from "../../kit/id-range.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns } from "../rows/event-row.ts";
import { roleInAutomation } from "./role-in-automation.ts";
import { seesEvent } from "./sees-event.ts";

export type ExecutionRow = EventRow & {
  id: string;
  /** Name of the entity that owns the automation's scope. */
  entity_name: string;
  automation_id: string;
  /** As it was called when it fired. */
  automation_name: string;
  revision: number;
  scope_kind: AnyScopeKind;
  action_type: ActionType;
  webhook_id: string | null;
  status: ExecutionStatus;
  reason: Reason | null;
  redelivery_of: string | null;
  redelivery_mode: RedeliveryMode | null;
  redelivery_id: string | null;
  message_id: string;
  caused_by: string | null;
  depth: number;
  outcome_status: OutcomeStatus | null;
  outcome_message: string | null;
  outcome_url: string | null;
  outcome_at: Date | null;
  attempt_count: number;
  next_attempt_at: Date | null;
  /** The trace that the change belongs to, as W3C Trace Context writes it; null where nobody traced it. */
  traceparent: string | null;
  created_at: Date;
  finished_at: Date | null;
};

const columns = `
  execution.id, owner.name as entity_name, execution.automation_id, revision.name as automation_name, execution.revision, automation.scope_kind,
  execution.action_type, execution.webhook_id, case when job.execution_id is null then execution.status else 'running' end as status,
  case when lane.id is null then execution.reason else 'breaker_open' end as reason,
  execution.redelivery_of, execution.redelivery_mode, execution.redelivery_id, coalesce(execution.message_id, execution.id) as message_id,
  event.caused_by, event.depth, outcome.status as outcome_status, outcome.message as outcome_message, outcome.url as outcome_url, outcome.reported_at as outcome_at,
  execution.attempt_count, greatest(execution.next_attempt_at, lane.held_until) as next_attempt_at, execution.traceparent, execution.created_at, execution.finished_at,
  ${eventColumns}`;

// What waits for a webhook whose circuit breaker is open is held back, and says so.
// A job that a worker holds says that the execution is running; nobody writes that into the execution itself, because
// each attempt would then cost one more update of it.
const joined = `
  join automations as automation on automation.id = execution.automation_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  join entities as owner on owner.id = execution.entity_id
  join events as event on event.id = execution.event_id
  left join projects as project on project.id = automation.project_id
  left join projects as place on place.id = event.project_id
  left join execution_outcomes as outcome on outcome.execution_id = execution.id
  left join delivery_jobs as job on job.execution_id = execution.id and job.leased
  left join delivery_lanes as lane on lane.id = execution.webhook_id and lane.opened_at is not null and execution.status in ('pending', 'retrying') and job.execution_id is null`;

const wanted = `
  execution.id < $2 and execution.id >= $3 and execution.created_at >= $4
  and ($5::text is null or case when job.execution_id is null then execution.status else 'running' end = $5)
  and case when project.access = 'RESTRICTED' then role_in_project($1, project.id) is not null else true end and ${seesEvent}`;

const ofAutomation = sql("executions_of_automation", `
  select ${columns} from executions as execution ${joined}
  where execution.automation_id = $7 and ${wanted} order by execution.id desc limit $6`);

// Each entity's newest are read from the index on (entity_id, id); only these few are then sorted together.
const ofEntities = sql("executions_of_entities", `
  select page.* from unnest($7::bigint[]) as entity (id) cross join lateral (
    select ${columns} from executions as execution ${joined}
    where execution.entity_id = entity.id and ${wanted} order by execution.id desc limit $6
  ) as page order by page.id desc limit $6`);

// As for entities, hook by hook: a run has few, those that it had before among them.
const ofRun = sql("executions_of_run", `
  select page.* from automations as hook cross join lateral (
    select ${columns} from executions as execution ${joined}
    where execution.automation_id = hook.id and ${wanted} order by execution.id desc limit $6
  ) as page where hook.scope_kind = 'run' and hook.scope_id = $7 order by page.id desc limit $6`);

export type ExecutionFilter = {
  /** Of one automation, of the hooks of a run, or of these entities. */
  of: { automationId: string } | { runId: number } | { entityIds: readonly number[] };
  status: ExecutionStatus | null;
  since: Date | null;
  /** Only older ones than this id. */
  before: string | null;
  limit: number;
};

/** Newest first. The user has to have a role in the automation's scope, or in each of the entities. */
export async function findExecutions(db: Querier, userId: number, filter: ExecutionFilter): Promise<ExecutionRow[]> {
  const values = [userId, filter.before ?? lastId, leastId(filter.since), filter.since ?? new Date(0), filter.status, filter.limit] as const;
  if ("automationId" in filter.of) return db.query<ExecutionRow>(ofAutomation, [...values, filter.of.automationId]);
  return "runId" in filter.of
    ? db.query<ExecutionRow>(ofRun, [...values, filter.of.runId])
    : db.query<ExecutionRow>(ofEntities, [...values, filter.of.entityIds]);
}

const readExecution = sql("executions_read", `
  select ${columns}, case when ${seesEvent} then ${roleInAutomation} end as role from executions as execution ${joined} where execution.id = $2`);

/** An execution with the user's role in the scope of its automation; null too where the user may not see what it is about. */
export async function findExecution(db: Querier, userId: number, id: string): Promise<(ExecutionRow & { role: Role | null }) | null> {
  const [row] = await db.query<ExecutionRow & { role: Role | null }>(readExecution, [userId, id]);
  return row ?? null;
}

const automationRole = sql("executions_automation_role", `
  select ${roleInAutomation} as role from automations as automation where automation.id = $2`);

/** The user's role in the automation's scope, also of one that was deleted; null when there is none. */
export async function findRoleInAutomation(db: Querier, userId: number, automationId: string): Promise<Role | null> {
  const [row] = await db.query<{ role: Role | null }>(automationRole, [userId, automationId]);
  return row?.role ?? null;
}

export type AttemptRow = {
  number: number;
  outcome: AttemptOutcome;
  reason: Reason | null;
  detail: string | null;
  request: unknown;
  response: unknown;
  timing: unknown;
  started_at: Date;
  finished_at: Date;
  next_attempt_at: Date | null;
};

const attempts = sql("executions_attempts", `
  select number, outcome, reason, detail, request, response, timing, started_at, finished_at, next_attempt_at from attempts where execution_id = $1 order by number`);

export const findAttempts = (db: Querier, executionId: string): Promise<AttemptRow[]> => db.query<AttemptRow>(attempts, [executionId]);
