import { notFound } from "../../../domain/failure.ts";
import { decodeId } from "../../../domain/global-id.ts";
import { isRegistryName } from "../../../domain/names.ts";
import { deleteProject, findProject } from "../../../features/projects/index.ts";
import { deleteRegistry } from "../../../features/registry/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

/** Deletes a project or a registry. */
export const deleteModel = async ({ input }: { input: { id: string } }, context: Context): Promise<object> => {
  const viewer = requireViewer(context);
  const id = decodeId("Project", input.id);
  const project = id === null ? null : await findProject(context.services, viewer, { id });
  if (project === null) throw notFound("Project");
  if (isRegistryName(project.name)) await deleteRegistry(context.services, viewer, { organization: project.entity_name, registry: project.name });
  else await deleteProject(context.services, viewer, { id: project.id });
  return { success: true };
};
