import { decodeId } from "../../../domain/global-id.ts";
import { commitArtifact as commit } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";

/** Ends a version's upload. */
export const commitArtifact = async ({ input }: { input: { artifactID: string } }, context: Context): Promise<object> => {
  const row = await commit(context.services, requireViewer(context), decodeId("Artifact", input.artifactID));
  return { artifact: artifactNode(context, row) };
};
