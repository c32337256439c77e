import { decodeId } from "../../../domain/global-id.ts";
import { findArtifact } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";

/** A version by its id. */
export const artifact = async ({ id }: { id: string }, context: Context): Promise<object | null> => {
  const row = await findArtifact(context.services, requireViewer(context), decodeId("Artifact", id));
  return row === null ? null : artifactNode(context, row);
};
