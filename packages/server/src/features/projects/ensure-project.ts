import { insertProjectIfAbsent } from "../../db/queries/projects.ts";
import { invalid, notFound } from "../../domain/failure.ts";
import { isRegistryName, nameProblem } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { VisibleProject } from "../access/index.ts";
import { findVisibleProject, requireEntity, requireRole } from "../access/index.ts";
import type { Services } from "../services.ts";

/**
 * The project, made if it does not exist yet: logging to a new project is how projects begin. Needs the role member.
 * A registry is never made this way: a missing one is not_found, so that a mistyped name does not pass unseen.
 */
export async function ensureProject(services: Pick<Services, "db">, viewer: Viewer, input: { entity: string; name: string }): Promise<VisibleProject> {
  const found = await findVisibleProject(services.db, viewer, input);
  if (found !== null) {
    requireRole(found.role, "member", `in "${found.entity_name}/${found.name}"`);
    return found;
  }
  if (isRegistryName(input.name)) throw notFound(`Registry "${input.entity}/${input.name}"`);
  const entity = await requireEntity(services.db, viewer, { name: input.entity }, "member");
  const problem = nameProblem("project", input.name, "project");
  if (problem !== null) throw invalid([problem]);
  await insertProjectIfAbsent(services.db, entity.id, input.name, viewer.userId);
  const made = await findVisibleProject(services.db, viewer, input);
  if (made === null) throw notFound(`Project "${input.entity}/${input.name}"`);
  return made;
}
