import { removeTagsFromCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { CollectionTagsInput } from "../nodes/artifact-input.ts";
import { collectionTags } from "../nodes/artifact-input.ts";

/** Takes tags from a collection. */
export const deleteArtifactCollectionTagAssignments = async ({ input }: { input: CollectionTagsInput }, context: Context): Promise<object> => {
  await removeTagsFromCollection(context.services, requireViewer(context), collectionTags(input));
  return { success: true };
};
