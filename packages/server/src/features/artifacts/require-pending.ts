import type { Querier } from "../../db/database.ts";
import { findArtifactRow } from "../../db/queries/artifact-find.ts";
import { touchPending } from "../../db/queries/artifact-pending.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import type { Failure } from "../../domain/failure.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireArtifact } from "./permissions.ts";

/**
 * The version that is being uploaded; that it was asked for is noted, so that it is not taken for one whose maker died.
 * Needs the role member; throws conflict for one that is committed or deleted.
 */
export async function requirePending(db: Querier, viewer: Viewer, id: number | null): Promise<ArtifactRow> {
  const artifact = await requireArtifact(db, viewer, id, "member");
  await requireUploading(db, artifact.id);
  return artifact;
}

/** The same for whoever has the right already, by a link for instance. */
export async function requireUploading(db: Querier, artifactId: number): Promise<void> {
  if (!(await touchPending(db, artifactId))) throw await whyNotPending(db, artifactId);
}

const nobody = 0;

async function whyNotPending(db: Querier, artifactId: number): Promise<Failure> {
  const artifact = await findArtifactRow(db, nobody, artifactId);
  if (artifact === null) return notFound("Artifact version");
  return artifact.state === "DELETED" ? wasDeleted() : conflict("The version is committed: its files no longer change.");
}

export const wasDeleted = (): Failure => conflict("The version was deleted, or its upload stood still for so long that it was given up. Log it again.");
