import { decodeId } from "../../../domain/global-id.ts";
import { updateArtifactManifest as update } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { announcedManifestNode } from "../nodes/artifact-manifest.ts";
import { baseOf } from "./create-artifact-manifest.ts";

type Input = { artifactManifestID: string; digest?: string | null; baseArtifactID?: string | null };

/** Says what a manifest that was announced will hold. */
export const updateArtifactManifest = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const made = await update(context.services, requireViewer(context), { manifestId: decodeId("ArtifactManifest", input.artifactManifestID), baseArtifactId: baseOf(input.baseArtifactID), digest: input.digest ?? null });
  return { artifactManifest: announcedManifestNode(context, made) };
};
