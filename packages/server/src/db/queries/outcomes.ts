import type { OutcomeStatus, Report } from "../../domain/outcome/report.ts";
import { lastId } from "../../kit/id-range.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns } from "../rows/event-row.ts";
import { roleInAutomation } from "./role-in-automation.ts";
import { seesEvent } from "./sees-event.ts";

// The row is the lock of all reports of an execution; the execution's own row stays free for its worker. Skipped
// executions never sent a token, so one for them was not made by us.
const ensureOutcome = sql("outcomes_ensure", `
  insert into execution_outcomes (execution_id, entity_id, artifact_id, run_id)
  select execution.id, execution.entity_id, (event.subject ->> 'artifactId')::bigint, (event.subject ->> 'runId')::bigint
  from executions as execution join events as event on event.id = execution.event_id
  where execution.id = $1 and execution.status <> 'skipped' and execution.created_at > now() - $2 * interval '1 millisecond'
  on conflict do nothing`);

const lockOutcome = sql("outcomes_lock", `
  select outcome.entity_id, revision.name as automation_name, outcome.status, outcome.message, outcome.url, outcome.report_count,
    (select count(*) from execution_reports as report where report.execution_id = $1 and report.reported_at > now() - interval '1 minute') as in_last_minute
  from execution_outcomes as outcome join executions as execution on execution.id = outcome.execution_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  where outcome.execution_id = $1 and execution.created_at > now() - $2 * interval '1 millisecond'
  for update of outcome`);

export type LockedOutcome = { entity_id: number; automation_name: string; status: OutcomeStatus | null; message: string | null; url: string | null; report_count: number; in_last_minute: number };

/** What was reported so far, locked until the transaction ends; null when there is no such execution, or it is older than `lifetimeMs`. */
export async function lockOutcomeForReport(tx: Transaction, executionId: string, lifetimeMs: number): Promise<LockedOutcome | null> {
  await tx.query(ensureOutcome, [executionId, lifetimeMs]);
  const [row] = await tx.query<LockedOutcome>(lockOutcome, [executionId, lifetimeMs]);
  return row ?? null;
}

const storeReport = sql("outcomes_report", `
  with report as (
    insert into execution_reports (execution_id, number, entity_id, status, message, url)
    select $1, $2, entity_id, $3, $4, $5 from execution_outcomes where execution_id = $1
  )
  update execution_outcomes set status = $3, message = $4, url = $5, report_count = $2, reported_at = now() where execution_id = $1`);

export async function insertReport(tx: Transaction, executionId: string, number: number, report: Report): Promise<void> {
  await tx.query(storeReport, [executionId, number, report.status, report.message, report.url]);
}

export type ReportRow = { number: number; status: OutcomeStatus; message: string | null; url: string | null; reported_at: Date };

const reportsOf = sql("outcomes_reports", "select number, status, message, url, reported_at from execution_reports where execution_id = $1 order by number");

/** In their order. */
export const findReports = (db: Querier, executionId: string): Promise<ReportRow[]> => db.query<ReportRow>(reportsOf, [executionId]);

export type OutcomeRow = EventRow & {
  execution_id: string;
  automation_id: string;
  automation_name: string;
  status: OutcomeStatus;
  message: string | null;
  url: string | null;
  report_count: number;
  began_at: Date;
  reported_at: Date;
};

const listed = `
  select outcome.execution_id, execution.automation_id, revision.name as automation_name, outcome.status, outcome.message, outcome.url, outcome.report_count,
    execution.created_at as began_at, outcome.reported_at,
    ${eventColumns}
  from execution_outcomes as outcome
  join executions as execution on execution.id = outcome.execution_id
  join automations as automation on automation.id = execution.automation_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  join events as event on event.id = execution.event_id
  left join projects as place on place.id = event.project_id
  where outcome.execution_id < $2 and outcome.status is not null
    and (${roleInAutomation}) is not null
    and ${seesEvent}`;

const ofArtifact = sql("outcomes_of_artifact", `${listed} and outcome.artifact_id = $3 order by outcome.execution_id desc limit $4`);
const ofRun = sql("outcomes_of_run", `${listed} and outcome.run_id = $3 order by outcome.execution_id desc limit $4`);

/** What receivers reported of deliveries about one version or run, the newest first, as far as the user may see their automations and their events. */
export const findOutcomes = (db: Querier, userId: number, of: { artifactId: number } | { runId: number }, page: { before: string | null; limit: number }): Promise<OutcomeRow[]> =>
  "artifactId" in of
    ? db.query<OutcomeRow>(ofArtifact, [userId, page.before ?? lastId, of.artifactId, page.limit])
    : db.query<OutcomeRow>(ofRun, [userId, page.before ?? lastId, of.runId, page.limit]);
