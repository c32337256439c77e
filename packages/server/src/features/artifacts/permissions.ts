import type { Querier } from "../../db/database.ts";
import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { findArtifactRow, findCollectionRow } from "../../db/queries/artifact-find.ts";
import type { CollectionKind, CollectionRow } from "../../db/queries/artifact-rows.ts";
import { forbidden, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { requireRole } from "../access/index.ts";

/** A version is visible in its own project, and wherever it is linked to. */
export const seesArtifact = (artifact: FoundArtifact): boolean => artifact.role !== null || artifact.linked;

/** The version if the viewer sees it; throws forbidden where the role in its own project is below `needed`. */
export async function requireArtifact(db: Querier, viewer: Viewer, id: number | null, needed: Role): Promise<FoundArtifact> {
  const artifact = id === null ? null : await findArtifactRow(db, viewer.userId, id);
  if (artifact === null || !seesArtifact(artifact)) throw notFound("Artifact version");
  requireSourceRole(artifact, needed);
  return artifact;
}

/** Seeing a version through a link gives the right to read it, and no more. */
export function requireSourceRole(artifact: FoundArtifact, needed: Role): void {
  if (needed === "viewer") return;
  if (artifact.role === null) throw forbidden(`You need the role ${needed} in the project that the version comes from.`);
  requireRole(artifact.role, needed, `in "${artifact.entity_name}/${artifact.project_name}"`);
}

export type VisibleCollection = CollectionRow & { role: Role };

export async function findVisibleCollection(db: Querier, viewer: Viewer, which: { id: number } | { projectId: number; name: string }): Promise<VisibleCollection | null> {
  const row = await findCollectionRow(db, viewer.userId, which);
  return row === null || row.role === null ? null : { ...row, role: row.role };
}

/** The collection of this kind; throws not_found as for a missing one, and forbidden below `needed`. */
export async function requireCollection(db: Querier, viewer: Viewer, which: { id: number | null; kind: CollectionKind }, needed: Role): Promise<VisibleCollection> {
  const collection = which.id === null ? null : await findVisibleCollection(db, viewer, { id: which.id });
  if (collection === null || collection.kind !== which.kind) throw notFound("Artifact collection");
  requireRole(collection.role, needed, `in "${collection.entity_name}/${collection.project_name}"`);
  return collection;
}
