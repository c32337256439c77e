import { decodeId } from "../../../domain/global-id.ts";
import { addAliases as add } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { CollectionAliasInput } from "../nodes/artifact-input.ts";
import { namedAlias } from "../nodes/artifact-input.ts";

type Input = { artifactID: string; aliases: readonly CollectionAliasInput[] };

/** Puts aliases on a version; each names the collection in which it holds. */
export const addAliases = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  await add(context.services, requireViewer(context), { artifactId: decodeId("Artifact", input.artifactID), aliases: input.aliases.map(namedAlias) });
  return { success: true };
};
