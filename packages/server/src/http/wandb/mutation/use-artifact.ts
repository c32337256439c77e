import { decodeId } from "../../../domain/global-id.ts";
import { useArtifact as use } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";

type Input = { artifactID: string; entityName: string; projectName: string; runName: string; usedAs?: string | null };

/** Records that a run used a version. The id alone says which; its entity and project are not needed. */
export const useArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const row = await use(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), entity: input.entityName, project: input.projectName, run: input.runName, usedAs: input.usedAs ?? null });
  return { artifact: artifactNode(context, row) };
};
