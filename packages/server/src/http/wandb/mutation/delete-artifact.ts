import { decodeId } from "../../../domain/global-id.ts";
import { deleteArtifact as remove } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";

type Input = { artifactID: string; deleteAliases?: boolean | null };

/** Deletes a version. */
export const deleteArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const row = await remove(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), deleteAliases: input.deleteAliases ?? false });
  return { artifact: artifactNode(context, { ...row, state: "DELETED" }) };
};
