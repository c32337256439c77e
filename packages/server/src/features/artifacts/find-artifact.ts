import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { findArtifactRow, findArtifactRowsByClientId, findCollectionRowsByClientId, findLatestRow, findMemberRow, findMemberRowOfArtifact } from "../../db/queries/artifact-find.ts";
import type { ArtifactRow, MemberRow } from "../../db/queries/artifact-rows.ts";
import { splitVersionName, versionIndexOf } from "../../domain/artifact-alias.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { VisibleCollection } from "./permissions.ts";
import { findVisibleCollection, seesArtifact } from "./permissions.ts";

type Needs = Pick<Services, "db">;

/** The version, if the viewer sees it. A deleted one is found too, as such. */
export async function findArtifact(services: Needs, viewer: Viewer, id: number | null): Promise<FoundArtifact | null> {
  const artifact = id === null ? null : await findArtifactRow(services.db, viewer.userId, id);
  return artifact !== null && seesArtifact(artifact) ? artifact : null;
}

export function findCollection(services: Needs, viewer: Viewer, which: { id: number } | { projectId: number; name: string }): Promise<VisibleCollection | null> {
  return findVisibleCollection(services.db, viewer, which);
}

/** The version that a collection, which the viewer sees, holds under an alias, `vN`, or a digest. */
export function findMember(services: Needs, viewer: Viewer, collectionId: number, version: string): Promise<MemberRow | null> {
  return findMemberRow(services.db, viewer.userId, { collectionId, version, versionIndex: versionIndexOf(version) });
}

/** What `collection:alias` names in a project that the viewer sees; without an alias, the latest version. */
export async function findMemberByName(services: Needs, viewer: Viewer, project: { id: number }, name: string): Promise<{ member: MemberRow; collection: VisibleCollection } | null> {
  const { collection: collectionName, version } = splitVersionName(name);
  const collection = await findVisibleCollection(services.db, viewer, { projectId: project.id, name: collectionName });
  const member = collection === null ? null : await findMember(services, viewer, collection.id, version);
  return collection === null || member === null ? null : { member, collection };
}

export function findMemberOfArtifact(services: Needs, viewer: Viewer, which: { collectionId: number; artifactId: number }): Promise<MemberRow | null> {
  return findMemberRowOfArtifact(services.db, viewer.userId, which);
}

/** The newest committed version of a sequence that the viewer sees. */
export function findLatest(services: Needs, viewer: Viewer, sequenceId: number): Promise<ArtifactRow | null> {
  return findLatestRow(services.db, viewer.userId, sequenceId);
}

/** What a client's own id stands for: a version, or else a collection. */
export async function resolveClientId(services: Needs, viewer: Viewer, clientId: string): Promise<{ artifactId: number } | { collectionId: number } | null> {
  const artifact = (await findArtifactRowsByClientId(services.db, viewer.userId, clientId)).find(seesArtifact);
  if (artifact !== undefined) return { artifactId: artifact.id };
  const collection = (await findCollectionRowsByClientId(services.db, viewer.userId, clientId)).find(({ role }) => role !== null);
  return collection === undefined ? null : { collectionId: collection.id };
}
