import { deleteAutomationById } from "../../db/queries/automations.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
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
    await noteWatchGone(tx, row);
  });
}
