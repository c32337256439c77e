import { z } from "zod";
import type { ActionConfig, ActionType } from "../../domain/automation.ts";
import { actionConfigSchema } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Webhook } from "../../domain/webhook.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns, eventOf } from "../rows/event-row.ts";
import type { WebhookRow } from "../rows/webhook-row.ts";
import { webhookOf } from "../rows/webhook-row.ts";
import { roleInAutomation } from "./role-in-automation.ts";

/** An execution that was planned, with all that rendering needs. */
export type PlannedExecution = {
  executionId: string;
  event: Event;
  automationId: string;
  automationName: string;
  revision: number;
  actionType: ActionType;
  action: ActionConfig;
  webhook: Webhook | null;
  /** The user has a role in the webhook's team, and may so see its address. */
  seesWebhook: boolean;
  skipped: boolean;
  reason: Reason | null;
};

const planned = sql("preview_planned", `
  select execution.id as execution_id, execution.automation_id, execution.revision, execution.action_type, execution.status = 'skipped' as skipped, execution.reason,
    revision.name as automation_name, revision.action, to_json(webhook) as webhook, role_in_entity($1, webhook.entity_id) is not null as sees_webhook,
    ${eventColumns}
  from executions as execution
  join events as event on event.id = execution.event_id
  join automations as automation on automation.id = execution.automation_id
  join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
  left join webhooks as webhook on webhook.id = execution.webhook_id
  where execution.event_id = any ($2::uuid[])
    and (${roleInAutomation}) is not null
  order by revision.name, execution.id limit $3`);

type PlannedRow = EventRow & {
  execution_id: string;
  automation_id: string;
  automation_name: string;
  revision: number;
  action_type: ActionType;
  action: unknown;
  webhook: WebhookRow | null;
  sees_webhook: boolean;
  skipped: boolean;
  reason: Reason | null;
};

/** What these events gave rise to, by the names of their automations: of those in whose scope the user has a role. */
export async function findPlanned(db: Querier, userId: number, eventIds: readonly string[], limit: number): Promise<PlannedExecution[]> {
  const rows = await db.query<PlannedRow>(planned, [userId, eventIds, limit]);
  return rows.map((row) => ({
    executionId: row.execution_id,
    event: eventOf(row),
    automationId: row.automation_id,
    automationName: row.automation_name,
    revision: row.revision,
    actionType: row.action_type,
    action: z.parse(actionConfigSchema, row.action),
    webhook: row.webhook === null ? null : webhookOf(row.webhook),
    seesWebhook: row.sees_webhook,
    skipped: row.skipped,
    reason: row.reason,
  }));
}
