import { decodeId } from "../../../domain/global-id.ts";
import { updateCollection } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { collectionNode } from "../nodes/collection.ts";

type Input = { artifactPortfolioID: string; name?: string | null; description?: string | null };

/** Renames or describes a portfolio. */
export const updateArtifactPortfolio = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const id = decodeId("ArtifactCollection", input.artifactPortfolioID);
  const row = await updateCollection(context.services, requireViewer(context), { id, kind: "portfolio", name: input.name ?? null, description: input.description ?? null });
  return { artifactCollection: collectionNode(context, row) };
};
