import { findExecution } from "../../db/queries/executions.ts";
import { findExplanation } from "../../db/queries/explanations.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";
import type { Explanation } from "./explanation.ts";
import { explanationOf } from "./explanation.ts";

/**
 * Why the execution came to be, by the revision that fired, whatever was edited or deleted since; of a redelivery, why
 * the first one did. not_found where the viewer may not see the automation's scope.
 */
export async function explainExecution({ db }: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<Explanation> {
  const execution = isUuid(input.id) ? await findExecution(db, viewer.userId, input.id) : null;
  const row = execution === null || execution.role === null ? null : await findExplanation(db, execution.automation_id, execution.event_id);
  if (row === null) throw notFound("Execution");
  return explanationOf(row);
}
