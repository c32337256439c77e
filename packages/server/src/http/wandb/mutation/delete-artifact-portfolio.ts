import { decodeId } from "../../../domain/global-id.ts";
import { deleteCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { collectionNode } from "../nodes/collection.ts";

/** Deletes a portfolio. */
export const deleteArtifactPortfolio = async ({ input }: { input: { artifactPortfolioID: string } }, context: Context): Promise<object> => {
  const row = await deleteCollection(context.services, requireViewer(context), { id: decodeId("ArtifactCollection", input.artifactPortfolioID), kind: "portfolio" });
  return { artifactCollection: { ...collectionNode(context, row), state: "DELETED" } };
};
