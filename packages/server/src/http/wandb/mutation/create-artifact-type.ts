import { encodeId } from "../../../domain/global-id.ts";
import { createArtifactType as create } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

type Input = { entityName: string; projectName: string; name: string; description?: string | null };

/** Makes sure that a project has a type of that name. */
export const createArtifactType = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const type = await create(context.services, requireViewer(context), { entity: input.entityName, project: input.projectName, name: input.name, description: input.description ?? null });
  return { artifactType: { __typename: "ArtifactType", id: encodeId("ArtifactType", type.id), name: type.name, description: input.description ?? null } };
};
