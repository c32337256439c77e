import { deleteAutomationById } from "../../db/queries/automations.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { auditedAutomation, automationOf } from "./automation.ts";
import { noteWatchGone } from "./metric-watch.ts";
import { requireEditor } from "./permissions.ts";
import { requireAutomation } from "./update-automation.ts";

/** Deletes the automation; its history stays, its name is free. What it has planned already is still delivered. */
export async function deleteAutomation(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<void> {
  await services.db.transaction(async (tx) => {
    noEvent("an automation is none of the things that automations watch");
    const { row, scope } = await requireAutomation(tx, viewer, input.id);
    requireEditor(scope);
    await deleteAutomationById(tx, row.id);
    await recordAudit(tx, viewer, { action: "automation.delete", entityId: row.entity_id, object: row, before: auditedAutomation(automationOf(row)) });
    await noteWatchGone(tx, row);
  });
}
