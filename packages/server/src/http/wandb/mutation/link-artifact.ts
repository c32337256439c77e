import { invalidAt, notFound } from "../../../domain/failure.ts";
import { decodeId } from "../../../domain/global-id.ts";
import type { LinkInput } from "../../../features/artifacts/index.ts";
import { findCollection, findMemberOfArtifact, linkArtifact as link } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { memberNode } from "../nodes/collection.ts";

type Input = {
  artifactID?: string | null;
  clientID?: string | null;
  artifactPortfolioID?: string | null;
  artifactPortfolioName?: string | null;
  entityName?: string | null;
  projectName?: string | null;
  aliases?: readonly { alias: string }[] | null;
};

/** Links a version into a collection of a registry or another project. */
export const linkArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const { services } = context;
  const viewer = requireViewer(context);
  const linked = await link(services, viewer, { artifact: artifactOf(input), target: targetOf(input), aliases: (input.aliases ?? []).map(({ alias }) => alias) });
  return {
    versionIndex: linked.versionIndex,
    artifactMembership: async () => {
      const collection = await findCollection(services, viewer, { id: linked.collectionId });
      const member = await findMemberOfArtifact(services, viewer, linked);
      return collection === null || member === null ? null : memberNode(context, { member, collection });
    },
  };
};

function artifactOf({ artifactID, clientID }: Input): LinkInput["artifact"] {
  if (isGiven(artifactID)) return { id: decodeId("Artifact", artifactID) };
  if (isGiven(clientID)) return { clientId: clientID };
  throw invalidAt("artifactID", "must be given, or else clientID");
}

function targetOf({ artifactPortfolioID, artifactPortfolioName, entityName, projectName }: Input): LinkInput["target"] {
  if (isGiven(artifactPortfolioName) && isGiven(entityName) && isGiven(projectName)) return { entity: entityName, project: projectName, collection: artifactPortfolioName };
  if (!isGiven(artifactPortfolioID)) throw invalidAt("artifactPortfolioName", "must be given, with entityName and projectName");
  const portfolioId = decodeId("ArtifactCollection", artifactPortfolioID);
  if (portfolioId === null) throw notFound("Artifact collection");
  return { portfolioId };
}

const isGiven = (text: string | null | undefined): text is string => text !== null && text !== undefined && text !== "";
