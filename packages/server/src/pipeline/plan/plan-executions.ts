import type { Transaction } from "../../db/database.ts";
import type { NewExecution } from "../../db/queries/plan-executions.ts";
import { insertExecutions } from "../../db/queries/plan-executions.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { IdMaker } from "../../kit/ids.ts";

/** Stores an execution for every firing and every skip, and a delivery job for every firing; tells how many jobs. */
export async function plan(tx: Transaction, ids: IdMaker, event: Event, matched: { firings: readonly Firing[]; skips: readonly Skip[] }): Promise<number> {
  const execution = (automation: Candidate, reason: Reason | null): NewExecution => ({
    id: ids(),
    entity_id: automation.entityId,
    automation_id: automation.id,
    revision: automation.revision,
    event_id: event.id,
    action_type: automation.action.type,
    webhook_id: automation.action.type === "GENERIC_WEBHOOK" ? automation.action.webhookId : null,
    reason,
  });
  const executions = [
    ...matched.firings.map(({ automation }) => execution(automation, null)),
    ...matched.skips.map(({ automation, reason }) => execution(automation, reason)),
  ];
  if (executions.length > 0) await insertExecutions(tx, executions);
  return matched.firings.length;
}
