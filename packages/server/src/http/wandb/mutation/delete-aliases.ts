import { decodeId } from "../../../domain/global-id.ts";
import { deleteAliases as remove } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { CollectionAliasInput } from "../nodes/artifact-input.ts";
import { namedAlias } from "../nodes/artifact-input.ts";

type Input = { artifactID: string; aliases: readonly CollectionAliasInput[] };

/** Takes aliases from a version; each names the collection in which it holds. */
export const deleteAliases = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  await remove(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), aliases: input.aliases.map(namedAlias) });
  return { success: true };
};
