import { violates } from "../../db/database.ts";
import { renameProject as renameRow } from "../../db/queries/projects.ts";
import { conflict, invalid, invalidAt } from "../../domain/failure.ts";
import { isRegistryName, nameProblem } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { VisibleProject } from "../access/index.ts";
import { requireProject } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";

/** Renames a project. Needs the role admin. Conflict when the entity has one of the new name. A registry stays one, and nothing else becomes one. */
export async function renameProject(services: Pick<Services, "db">, viewer: Viewer, input: { entity: string; name: string; newName: string }): Promise<VisibleProject> {
  noEvent("automations watch what is in a project");
  return services.db.transaction(async (tx) => {
    const project = await requireProject(tx, viewer, input, "admin");
    const problem = nameProblem("project", input.newName, "newProjectName");
    if (problem !== null) throw invalid([problem]);
    if (isRegistryName(input.newName) || isRegistryName(project.name)) throw invalidAt("newProjectName", "registries and other projects cannot become each other");
    try {
      await renameRow(tx, project.id, input.newName);
    } catch (error) {
      if (violates(error, "projects_entity_id_name_key")) throw conflict(`"${project.entity_name}" has a project "${input.newName}" already.`);
      throw error;
    }
    await recordAudit(tx, viewer, { action: "project.rename", entityId: project.entity_id, object: { id: project.id, name: input.newName }, before: { name: project.name }, after: { name: input.newName } });
    return { ...project, name: input.newName };
  });
}
