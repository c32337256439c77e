import type { RedeliveryRow } from "../../db/queries/redeliveries.ts";
import { findRedelivery } from "../../db/queries/redeliveries.ts";
import type { Querier } from "../../db/database.ts";
import { notFound } from "../../domain/failure.ts";
import type { KeptSelection, RedeliveryMode, RedeliveryStatus, Selection } from "../../domain/redelivery.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";

/** A redelivery of many executions, and how far it is. */
export type Redelivery = {
  id: string;
  /** Name of the entity that owns the automations, or the webhook. */
  entity: string;
  requestedBy: string | null;
  mode: RedeliveryMode;
  selection: KeptSelection;
  status: RedeliveryStatus;
  /** How many executions it was counted to hold when it was asked for. */
  total: number;
  /** How many new executions were planned so far; then, what became of them. */
  planned: number;
  delivered: number;
  failed: number;
  cancelled: number;
  createdAt: Date;
  finishedAt: Date | null;
};

export const redeliveryOf = (row: RedeliveryRow): Redelivery => ({
  id: row.id,
  entity: row.entity_name,
  requestedBy: row.requested_by,
  mode: row.mode,
  selection: selectionOf(row, row.of_hook ? "hook" : "automation"),
  status: row.status,
  total: row.total,
  planned: row.planned,
  delivered: row.delivered,
  failed: row.failed,
  cancelled: row.cancelled,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

/** The selection as it was stored; a run hook is stored as the automation that it is. */
export function selectionOf(row: Pick<RedeliveryRow, "automation_id" | "webhook_id" | "execution_ids" | "since">, by: "automation" | "hook" = "automation"): KeptSelection {
  if (row.automation_id !== null) return { by, id: row.automation_id, since: row.since };
  if (row.webhook_id !== null) return { by: "webhook", id: row.webhook_id, since: row.since };
  return { by: "executions", ids: row.execution_ids ?? [] };
}

/** How the audit log calls it: `automation 0189…`, `run team/project/id`, `3 executions`. */
export function nameOf(selection: Selection): string {
  if (selection.by === "executions") return `${selection.ids.length} executions`;
  return `${selection.by} ${selection.by === "run" ? selection.path : selection.id}`;
}

/** The redelivery with the viewer's role; not_found where they have none in its entity. */
export async function requireVisibleRedelivery(db: Querier, viewer: Viewer, id: string): Promise<{ redelivery: Redelivery; entityId: number; role: Role }> {
  const row = isUuid(id) ? await findRedelivery(db, viewer.userId, id) : null;
  if (row === null || row.role === null) throw notFound("Redelivery");
  return { redelivery: redeliveryOf(row), entityId: row.entity_id, role: row.role };
}
