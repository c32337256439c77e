import { findAttempts, findExecution } from "../../db/queries/executions.ts";
import { findReports } from "../../db/queries/outcomes.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";
import type { Execution, ShownAttempt, ShownOutcome } from "./execution.ts";
import { attemptOf, executionOf } from "./execution.ts";

export type ShownReport = ShownOutcome & { number: number };

/** One execution with its attempts and what its receiver reported, the first one first; not_found where the viewer may not see its automation's scope. */
export async function readExecution(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<Execution & { attempts: ShownAttempt[]; reports: ShownReport[] }> {
  const row = isUuid(input.id) ? await findExecution(services.db, viewer.userId, input.id) : null;
  if (row === null || row.role === null) throw notFound("Execution");
  const [attempts, reports] = await Promise.all([findAttempts(services.db, row.id), row.outcome_status === null ? [] : findReports(services.db, row.id)]);
  return { ...executionOf(row), attempts: attempts.map(attemptOf), reports: reports.map(({ reported_at: reportedAt, ...report }) => ({ ...report, reportedAt })) };
}
