import { describeProject, insertNewProject } from "../../db/queries/projects.ts";
import { invalid } from "../../domain/failure.ts";
import { nameProblem } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { VisibleProject } from "../access/index.ts";
import { findVisibleProject, requireEntity, requireProject, requireRole } from "../access/index.ts";
import type { Services } from "../services.ts";

export type UpsertProjectInput = { entity: string; name: string; description?: string | undefined };

/** Creates a project, or changes the description of the one that has the name. Needs the role member. For registries there are verbs of their own. */
export async function upsertProject(services: Pick<Services, "db">, viewer: Viewer, input: UpsertProjectInput): Promise<{ project: VisibleProject; inserted: boolean }> {
  noEvent("automations watch what is in a project");
  return services.db.transaction(async (tx) => {
    const found = await findVisibleProject(tx, viewer, input);
    if (found !== null) {
      requireRole(found.role, "member", `in "${found.entity_name}/${found.name}"`);
      if (input.description !== undefined) await describeProject(tx, found.id, input.description);
      return { project: found, inserted: false };
    }
    const entity = await requireEntity(tx, viewer, { name: input.entity }, "member");
    const problem = nameProblem("project", input.name, "name");
    if (problem !== null) throw invalid([problem]);
    const id = await insertNewProject(tx, { entityId: entity.id, name: input.name, description: input.description ?? null, access: "PRIVATE", allowAllArtifactTypes: true, createdBy: viewer.userId });
    return { project: await requireProject(tx, viewer, input, "member"), inserted: id !== null };
  });
}
