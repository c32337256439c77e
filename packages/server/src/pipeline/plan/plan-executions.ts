import type { Transaction } from "../../db/database.ts";
import type { NewExecution } from "../../db/queries/plan-executions.ts";
import { insertExecutions } from "../../db/queries/plan-executions.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { IdMaker } from "../../kit/ids.ts";
import { currentTraceparent } from "../../kit/unit-of-work.ts";

export type Planned = { event: Event; firings: readonly Firing[]; skips: readonly Skip[] };

/** Stores an execution for every firing and every skip, and a delivery job for every firing; tells how many jobs. */
export async function plan(tx: Transaction, ids: IdMaker, matched: readonly Planned[]): Promise<number> {
  const execution = (event: Event, automation: Candidate, reason: Reason | null): NewExecution => ({
    id: ids(),
    entity_id: automation.entityId,
    automation_id: automation.id,
    revision: automation.revision,
    event_id: event.id,
    action_type: automation.actionType,
    webhook_id: automation.webhookId,
    reason,
    traceparent: currentTraceparent(),
  });
  const executions = matched.flatMap(({ event, firings, skips }) => [
    ...firings.map(({ automation }) => execution(event, automation, null)),
    ...skips.map(({ automation, reason }) => execution(event, automation, reason)),
  ]);
  if (executions.length > 0) await insertExecutions(tx, executions);
  return matched.reduce((jobs, { firings }) => jobs + firings.length, 0);
}
