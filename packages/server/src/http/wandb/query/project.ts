import { findProject } from "../../../features/projects/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { projectNode } from "../nodes/project.ts";

/** Of the viewer's own entity where none is named. */
export const project = async (args: { name?: string | null; entityName?: string | null }, context: Context): Promise<object | null> => {
  const viewer = requireViewer(context);
  const entity = args.entityName === null || args.entityName === undefined || args.entityName === "" ? viewer.username : args.entityName;
  const found = await findProject(context.services, viewer, { entity, name: args.name ?? "" });
  return found === null ? null : projectNode(context, found);
};
