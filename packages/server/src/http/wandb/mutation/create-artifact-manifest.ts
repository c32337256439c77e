import { decodeId } from "../../../domain/global-id.ts";
import { notFound } from "../../../domain/failure.ts";
import type { ManifestKind } from "../../../features/artifacts/index.ts";
import { createArtifactManifest as create } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { announcedManifestNode } from "../nodes/artifact-manifest.ts";

type Input = { artifactID: string; baseArtifactID?: string | null; digest: string; type?: ManifestKind | null };

/** Announces a version's manifest; the address to upload it to comes with it. */
export const createArtifactManifest = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const made = await create(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), baseArtifactId: baseOf(input.baseArtifactID), digest: input.digest, kind: input.type ?? "FULL" });
  return { artifactManifest: announcedManifestNode(context, made) };
};

export function baseOf(id: string | null | undefined): number | null {
  if (id === null || id === undefined || id === "") return null;
  const base = decodeId("Artifact", id);
  if (base === null) throw notFound("Base artifact version");
  return base;
}
