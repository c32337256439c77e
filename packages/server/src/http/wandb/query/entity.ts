import { findVisibleEntity } from "../../../features/access/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { entityNode } from "../nodes/entity.ts";

/** The viewer's own entity where none is named. */
export const entity = async (args: { name?: string | null }, context: Context): Promise<object | null> => {
  const viewer = requireViewer(context);
  const found = await findVisibleEntity(context.services.db, viewer, args.name === null || args.name === undefined || args.name === "" ? { id: viewer.entityId } : { name: args.name });
  return found === null ? null : entityNode(context, found);
};
