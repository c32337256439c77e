import { findEventType } from "@bellhop/contract";
import type { CauseRow } from "../../db/queries/execution-causes.ts";
import { findCauses } from "../../db/queries/execution-causes.ts";
import { findAttempts, findExecution } from "../../db/queries/executions.ts";
import { findReports } from "../../db/queries/outcomes.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";
import type { Execution, ShownAttempt, ShownOutcome } from "./execution.ts";
import { attemptOf, executionOf } from "./execution.ts";

/** An execution in the chain that led to another. */
export type ShownCause = { id: string; automation: { id: string; name: string }; event: string; createdAt: Date };

export type ShownReport = ShownOutcome & { number: number };

/** An execution with all that became of it. `traceparent`: that of the change, by which its trace is found; null where nobody traced it. */
export type WholeExecution = Execution & { traceparent: string | null; attempts: ShownAttempt[]; reports: ShownReport[]; causes: ShownCause[] };

/** One execution with its attempts and what its receiver reported, the first one first; not_found where the viewer may not see its automation's scope. */
export async function readExecution(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<WholeExecution> {
  const row = isUuid(input.id) ? await findExecution(services.db, viewer.userId, input.id) : null;
  if (row === null || row.role === null) throw notFound("Execution");
  const [attempts, reports, causes] = await Promise.all([
    findAttempts(services.db, row.id), row.outcome_status === null ? [] : findReports(services.db, row.id),
    row.caused_by === null ? [] : findCauses(services.db, viewer.userId, row.caused_by),
  ]);
  return { ...executionOf(row), traceparent: row.traceparent, attempts: attempts.map(attemptOf), reports: reports.map(({ reported_at: reportedAt, ...report }) => ({ ...report, reportedAt })), causes: causes.flatMap(causeOf) };
}

/** Those of automations that the viewer may not see are left out. */
const causeOf = (row: CauseRow): ShownCause[] =>
  row.role === null ? [] : [{ id: row.id, automation: { id: row.automation_id, name: row.automation_name }, event: findEventType(row.event_type)?.friendlyName ?? row.event_type, createdAt: row.created_at }];
