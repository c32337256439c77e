import { deleteProject as deleteRow } from "../../db/queries/projects.ts";
import { invalidAt } from "../../domain/failure.ts";
import { isRegistryName } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireProject } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";

/** Deletes a project with its runs, collections and automations. Needs the role admin. For registries there is a verb of its own. */
export async function deleteProject(services: Pick<Services, "db">, viewer: Viewer, input: { id: number }): Promise<void> {
  noEvent("what watched the project is deleted with it");
  await services.db.transaction(async (tx) => {
    const project = await requireProject(tx, viewer, { id: input.id }, "admin");
    if (isRegistryName(project.name)) throw invalidAt("id", "is a registry");
    await deleteRow(tx, project.id);
    await recordAudit(tx, viewer, { action: "project.delete", entityId: project.entity_id, object: project });
  });
}
