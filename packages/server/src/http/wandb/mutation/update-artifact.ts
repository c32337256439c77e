import { decodeId } from "../../../domain/global-id.ts";
import { updateArtifact as update } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";
import { optionalInteger } from "../nodes/artifact-input.ts";
import { ttlFromWire } from "../nodes/artifact-ttl.ts";

type Input = {
  artifactID: string;
  description?: string | null;
  metadata?: string | null;
  ttlDurationSeconds?: unknown;
  tagsToAdd?: readonly { tagName: string }[] | null;
  tagsToDelete?: readonly { tagName: string }[] | null;
  aliases?: readonly { alias: string }[] | null;
};

/** Changes what is said about a version. */
export const updateArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const ttl = optionalInteger(input.ttlDurationSeconds, "ttlDurationSeconds");
  const row = await update(context.services, requireViewer(context), {
    artifactId: decodeId("Artifact", input.artifactID), description: input.description ?? null, metadata: input.metadata ?? null,
    ttlSeconds: ttl === null ? null : { to: ttlFromWire(ttl) },
    tagsToAdd: (input.tagsToAdd ?? []).map(({ tagName }) => tagName), tagsToDelete: (input.tagsToDelete ?? []).map(({ tagName }) => tagName),
    aliases: input.aliases?.map(({ alias }) => alias) ?? null,
  });
  return { artifact: artifactNode(context, row) };
};
