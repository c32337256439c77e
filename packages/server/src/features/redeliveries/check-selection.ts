import type { Querier } from "../../db/database.ts";
import { findAutomation } from "../../db/queries/automations.ts";
import { findChosen } from "../../db/queries/redeliveries.ts";
import { findWebhookForAutomation } from "../../db/queries/webhooks.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { Selection } from "../../domain/redelivery.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { requireRole } from "../access/index.ts";
import { editorRole } from "../automations/index.ts";

export const mostChosen = 1_000;

/**
 * Whether the viewer may deliver the selection again: who may edit the automations, or administers the team of the webhook.
 * Gives the entity that the redelivery belongs to.
 */
export async function requireSelection(db: Querier, viewer: Viewer, selection: Selection): Promise<{ entityId: number }> {
  switch (selection.by) {
    case "executions":
      return requireExecutions(db, viewer, selection.ids);
    case "automation":
      return requireAutomation(db, viewer, selection.id);
    case "webhook":
      return requireWebhook(db, viewer, selection.id);
  }
}

async function requireExecutions(db: Querier, viewer: Viewer, ids: readonly string[]): Promise<{ entityId: number }> {
  if (ids.length === 0 || ids.length > mostChosen) throw invalidAt("executions", `must be from 1 to ${mostChosen} ids, are ${ids.length}`);
  if (new Set(ids).size < ids.length) throw invalidAt("executions", "an id stands there twice");
  const rows = new Map((ids.every(isUuid) ? await findChosen(db, viewer.userId, ids) : []).map((row) => [row.id, row]));
  for (const [index, id] of ids.entries()) {
    const row = rows.get(id.toLowerCase());
    if (row === undefined || row.role === null) throw notFound(`Execution "${id.slice(0, 64)}"`);
    requireRole(row.role, editorRole(row.scope_kind), "in the scope of the automation");
    if (row.status !== "finished" && row.status !== "failed") throw invalidAt(`executions[${index}]`, `is ${row.status}; only what has finished or failed can be delivered again`);
  }
  const [entityId, ...others] = new Set([...rows.values()].map((row) => row.entity_id));
  if (entityId === undefined || others.length > 0) throw invalidAt("executions", "must all be of automations of one entity");
  return { entityId };
}

async function requireAutomation(db: Querier, viewer: Viewer, id: string): Promise<{ entityId: number }> {
  const row = isUuid(id) ? await findAutomation(db, viewer.userId, id) : null;
  if (row === null || row.role === null) throw notFound("Automation");
  requireRole(row.role, editorRole(row.scope_kind), "in the scope of the automation");
  return { entityId: row.entity_id };
}

async function requireWebhook(db: Querier, viewer: Viewer, id: string): Promise<{ entityId: number }> {
  const row = isUuid(id) ? await findWebhookForAutomation(db, viewer.userId, { id }) : null;
  if (row === null || row.role === null) throw notFound("Webhook");
  requireRole(row.role, "admin", "in the team that owns the webhook");
  return { entityId: row.entity_id };
}
