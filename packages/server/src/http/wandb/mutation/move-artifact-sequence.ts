import { decodeId } from "../../../domain/global-id.ts";
import { moveSequence } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { collectionNode } from "../nodes/collection.ts";

type Input = { artifactSequenceID: string; destinationArtifactTypeName: string };

/** Gives a sequence another type. */
export const moveArtifactSequence = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const row = await moveSequence(context.services, requireViewer(context), { id: decodeId("ArtifactCollection", input.artifactSequenceID), type: input.destinationArtifactTypeName });
  return { artifactCollection: collectionNode(context, row) };
};
