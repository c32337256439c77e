import { encodeId } from "../../../domain/global-id.ts";
import { resolveClientId } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

/** The id of what a client has named by an id of its own before it was logged. */
export const clientIDMapping = async ({ clientID }: { clientID: string }, context: Context): Promise<object | null> => {
  const found = await resolveClientId(context.services, requireViewer(context), clientID);
  if (found === null) return null;
  return { serverID: "artifactId" in found ? encodeId("Artifact", found.artifactId) : encodeId("ArtifactCollection", found.collectionId) };
};
