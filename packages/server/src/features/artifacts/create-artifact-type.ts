import { ensureArtifactType } from "../../db/queries/artifact-create.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isRegistryName } from "../../domain/names.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireRole } from "../access/index.ts";
import { ensureProject } from "../projects/index.ts";
import type { Services } from "../services.ts";
import { checkNames, nameAt } from "./check-input.ts";

/** A type of versions in a project, made if there is none. Needs the role member; in a registry, whose types are a rule, admin. */
export async function createArtifactType(services: Pick<Services, "db">, viewer: Viewer, input: { entity: string; project: string; name: string; description: string | null }): Promise<{ id: number; name: string }> {
  checkNames([nameAt("artifactType", input.name, "name")]);
  const project = await ensureProject(services, viewer, { entity: input.entity, name: input.project });
  requireRole(project.role, isRegistryName(project.name) ? "admin" : "member", `in "${project.entity_name}/${project.name}"`);
  return services.db.transaction((tx) => {
    noEvent("no automation watches types");
    return ensureArtifactType(tx, { entityId: project.entity_id, projectId: project.id }, input.name, input.description);
  });
}
