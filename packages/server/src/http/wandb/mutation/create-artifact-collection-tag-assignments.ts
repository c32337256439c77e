import { addTagsToCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { CollectionTagsInput } from "../nodes/artifact-input.ts";
import { collectionTags } from "../nodes/artifact-input.ts";
import { tagNode } from "../nodes/artifact-tag.ts";

/** Puts tags on a collection. */
export const createArtifactCollectionTagAssignments = async ({ input }: { input: CollectionTagsInput }, context: Context): Promise<object> => {
  const tags = await addTagsToCollection(context.services, requireViewer(context), collectionTags(input));
  return { tags: tags.map(tagNode) };
};
