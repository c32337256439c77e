import { isRegistryName, registryPrefix } from "../../../domain/names.ts";
import { invalidAt, notFound } from "../../../domain/failure.ts";
import { findProject, renameProject as renameProjectVerb } from "../../../features/projects/index.ts";
import { updateRegistry } from "../../../features/registry/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { projectNode } from "../nodes/project.ts";

type Args = { input: { entityName: string; oldProjectName: string; newProjectName: string } };

export const renameProject = async ({ input }: Args, context: Context): Promise<object> => {
  const viewer = requireViewer(context);
  const { entityName: entity, oldProjectName: name, newProjectName: newName } = input;
  if (isRegistryName(name)) {
    if (!isRegistryName(newName)) throw invalidAt("input.newProjectName", `the name of a registry starts with ${registryPrefix}`);
    await updateRegistry(context.services, viewer, { organization: entity, registry: name, name: newName.slice(registryPrefix.length) });
  } else await renameProjectVerb(context.services, viewer, { entity, name, newName });
  const found = await findProject(context.services, viewer, { entity, name: newName });
  if (found === null) throw notFound(`Project "${entity}/${newName}"`);
  return { project: projectNode(context, found), inserted: false };
};
