import { leavePortfolio } from "../../db/queries/artifact-link.ts";
import { findPlaces } from "../../db/queries/artifact-places.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { captureMember, memberAt } from "./capture-artifact.ts";
import { requireCollection } from "./permissions.ts";

/** Takes a version out of a portfolio, with its aliases there. Needs the role member in the portfolio's project. Captures UNLINK_ARTIFACT. */
export async function unlinkArtifact(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: { artifactId: number | null; portfolioId: number | null }): Promise<void> {
  const portfolio = await requireCollection(services.db, viewer, { id: input.portfolioId, kind: "portfolio" }, "member");
  const artifactId = input.artifactId;
  if (artifactId === null) throw notFound("Artifact version");
  await services.db.transaction(async (tx) => {
    const [place] = await findPlaces(tx, artifactId, portfolio.id);
    // Of two requests that unlink the same version one finds nothing to take out.
    if (place === undefined || !(await leavePortfolio(tx, portfolio.id, artifactId))) throw notFound("Artifact version");
    await captureMember(services, tx, { types: ["UNLINK_ARTIFACT"], viewer, member: memberAt(place) });
  });
}
