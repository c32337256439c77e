import type { ManifestKind, ManifestRow } from "../../db/queries/artifact-manifests.ts";
import { changeManifest, findManifest, insertManifest } from "../../db/queries/artifact-manifests.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import { md5ToHex } from "../../domain/artifact-manifest.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { ObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";
import { manifestKey } from "./object-keys.ts";
import { findArtifact } from "./find-artifact.ts";
import { requireArtifact } from "./permissions.ts";
import { requirePending } from "./require-pending.ts";

export type Manifested = { manifest: ManifestRow; artifact: ArtifactRow };

/**
 * Announces a manifest of a pending version. An empty digest announces one whose content is not known yet.
 * Needs the role member in the version's project.
 */
export async function createArtifactManifest(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; baseArtifactId: number | null; digest: string; kind: ManifestKind }): Promise<Manifested> {
  const artifact = await requirePending(services.db, viewer, input.artifactId);
  await requireBase(services, viewer, artifact, input.baseArtifactId);
  const objectKey = keyFor(artifact, input.digest);
  const manifest = await insertManifest(services.db, { entityId: artifact.entity_id, artifactId: artifact.id, kind: input.kind, baseArtifactId: input.baseArtifactId, digest: input.digest, objectKey, uploaded: false });
  return { manifest, artifact };
}

/** Says what a manifest that was announced before will hold, or which version it builds on; null leaves a value as it is. */
export async function updateArtifactManifest(services: Pick<Services, "db">, viewer: Viewer, input: { manifestId: number | null; baseArtifactId: number | null; digest: string | null }): Promise<Manifested> {
  const announced = input.manifestId === null ? null : await findManifest(services.db, input.manifestId);
  // Whoever may not see the version learns of its manifest no more than of one that does not exist.
  if (announced === null || (await findArtifact(services, viewer, announced.artifact_id)) === null) throw notFound("Artifact manifest");
  const artifact = await requirePending(services.db, viewer, announced.artifact_id);
  await requireBase(services, viewer, artifact, input.baseArtifactId);
  const objectKey = input.digest === null ? null : keyFor(artifact, input.digest);
  const manifest = await services.db.transaction((tx) => {
    noEvent("a pending version is not seen by anyone but its maker");
    return changeManifest(tx, announced.id, { baseArtifactId: input.baseArtifactId, digest: input.digest, objectKey });
  });
  if (manifest === null) throw notFound("Artifact manifest");
  return { manifest, artifact };
}

/** A version builds on one of its own entity, since content is kept per entity. */
async function requireBase(services: Pick<Services, "db">, viewer: Viewer, artifact: ArtifactRow, baseId: number | null): Promise<void> {
  if (baseId === null) return;
  const base = await requireArtifact(services.db, viewer, baseId, "viewer");
  if (base.entity_id !== artifact.entity_id) throw invalidAt("baseArtifactID", "must be a version of the same entity");
}

function keyFor(artifact: ArtifactRow, digest: string): ObjectKey {
  const hex = digest === "" ? "draft" : md5ToHex(digest);
  if (hex === null) throw invalidAt("digest", "must be the MD5 of the manifest, in base64");
  return manifestKey(artifact.entity_id, artifact.id, hex);
}
