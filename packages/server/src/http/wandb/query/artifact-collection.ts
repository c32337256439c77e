import { decodeId } from "../../../domain/global-id.ts";
import { findCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { collectionNode } from "../nodes/collection.ts";

/** A collection of either kind by its id. */
export const artifactCollection = async (args: { id: string }, context: Context): Promise<object | null> => {
  const id = decodeId("ArtifactCollection", args.id);
  const row = id === null ? null : await findCollection(context.services, requireViewer(context), { id });
  return row === null ? null : collectionNode(context, row);
};
