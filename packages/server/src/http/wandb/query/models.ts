import type { Connection, PageArgs } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { projectsOf } from "../nodes/entity-projects.ts";

/** Projects of an entity, newest first; of the viewer's own where none is named. */
export const models = (args: PageArgs & { entityName?: string | null }, context: Context): Promise<Connection<object>> => {
  const { entityId } = requireViewer(context);
  const { entityName } = args;
  return projectsOf(context, entityName === null || entityName === undefined || entityName === "" ? { id: entityId } : { name: entityName }, args);
};
