import { decodeId } from "../../../domain/global-id.ts";
import { unlinkArtifact as unlink } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

type Input = { artifactID: string; artifactPortfolioID: string };

/** Takes a linked version out of a collection. */
export const unlinkArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  await unlink(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), portfolioId: decodeId("ArtifactCollection", input.artifactPortfolioID) });
  return { success: true };
};
