import type { Querier } from "../../db/database.ts";
import { findAutomation } from "../../db/queries/automations.ts";
import { findChosen, findFailedOfRun, findHook } from "../../db/queries/redeliveries.ts";
import { findWebhookForAutomation } from "../../db/queries/webhooks.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { splitPath } from "../../domain/names.ts";
import type { KeptSelection, Selection } from "../../domain/redelivery.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { requireRole } from "../access/index.ts";
import { editorRole } from "../automations/index.ts";
import { requireRunAt } from "../runs/index.ts";

export const mostChosen = 1_000;

type Owned = { entityId: number };

/**
 * Whether the viewer may deliver the selection again: who may edit the automations, or administers the team of the webhook.
 * Gives the entity that the redelivery belongs to, and the selection to keep, of executions before the id.
 */
export async function requireSelection(db: Querier, viewer: Viewer, selection: Selection, before: string): Promise<Owned & { kept: KeptSelection }> {
  switch (selection.by) {
    case "executions":
      return { ...(await requireExecutions(db, viewer, selection.ids)), kept: selection };
    case "automation":
      return { ...(await requireAutomation(db, viewer, selection.id)), kept: selection };
    case "hook":
      return { ...(await requireHook(db, viewer, selection.id)), kept: selection };
    case "run":
      return requireRun(db, viewer, selection, before);
    case "webhook":
      return { ...(await requireWebhook(db, viewer, selection.id)), kept: selection };
  }
}

async function requireExecutions(db: Querier, viewer: Viewer, ids: readonly string[]): Promise<Owned> {
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

async function requireAutomation(db: Querier, viewer: Viewer, id: string): Promise<Owned> {
  const row = isUuid(id) ? await findAutomation(db, viewer.userId, id) : null;
  if (row === null || row.role === null) throw notFound("Automation");
  requireRole(row.role, editorRole(row.scope_kind), "in the scope of the automation");
  return { entityId: row.entity_id };
}

async function requireHook(db: Querier, viewer: Viewer, id: string): Promise<Owned> {
  const row = isUuid(id) ? await findHook(db, viewer.userId, id) : null;
  if (row === null || row.role === null) throw notFound("Run hook");
  requireRole(row.role, editorRole("run"), "in the project of the run");
  return { entityId: row.entity_id };
}

/** What failed of a run's hooks is listed here and now: a run has few, and what fails later is not part of it. */
async function requireRun(db: Querier, viewer: Viewer, { path, since }: Extract<Selection, { by: "run" }>, before: string): Promise<Owned & { kept: KeptSelection }> {
  const split = splitPath(path);
  if (split === null) throw invalidAt("run", "must be entity/project/run");
  const found = await requireRunAt({ db }, viewer, { entity: split.entity, project: split.project, run: split.rest }, editorRole("run"));
  const ids = await findFailedOfRun(db, found.id, { since, before, limit: mostChosen + 1 });
  if (ids.length > mostChosen) throw invalidAt("run", `more than ${mostChosen} deliveries of its hooks failed; take those since a time, or hook by hook`);
  return { entityId: found.entity_id, kept: { by: "executions", ids } };
}

async function requireWebhook(db: Querier, viewer: Viewer, id: string): Promise<Owned> {
  const row = isUuid(id) ? await findWebhookForAutomation(db, viewer.userId, { id }) : null;
  if (row === null || row.role === null) throw notFound("Webhook");
  requireRole(row.role, "admin", "in the team that owns the webhook");
  return { entityId: row.entity_id };
}
