import { decodeId } from "../../../domain/global-id.ts";
import { deleteCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { collectionNode } from "../nodes/collection.ts";

/** Deletes a sequence. */
export const deleteArtifactSequence = async ({ input }: { input: { artifactSequenceID: string } }, context: Context): Promise<object> => {
  const row = await deleteCollection(context.services, requireViewer(context), { id: decodeId("ArtifactCollection", input.artifactSequenceID), kind: "sequence" });
  return { artifactCollection: { ...collectionNode(context, row), state: "DELETED" } };
};
