import { leavePortfolio } from "../../db/queries/artifact-link.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { requireCollection } from "./permissions.ts";

/** Takes a version out of a portfolio, with its aliases there. Needs the role member in the portfolio's project. */
export async function unlinkArtifact(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; portfolioId: number | null }): Promise<void> {
  const portfolio = await requireCollection(services.db, viewer, { id: input.portfolioId, kind: "portfolio" }, "member");
  const artifactId = input.artifactId;
  if (artifactId === null) throw notFound("Artifact version");
  const left = await services.db.transaction((tx) => {
    noEvent("no automation of this release watches UNLINK_ARTIFACT");
    return leavePortfolio(tx, portfolio.id, artifactId);
  });
  if (!left) throw notFound("Artifact version");
}
