import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type ManifestKind = "FULL" | "PATCH" | "INCREMENTAL";
export type ManifestRow = { id: number; entity_id: number; artifact_id: number; kind: ManifestKind; base_artifact_id: number | null; digest: string; object_key: string; uploaded: boolean };

const columns = "manifest.id, manifest.entity_id, manifest.artifact_id, manifest.kind, manifest.base_artifact_id, manifest.digest, manifest.object_key, manifest.uploaded_at is not null as uploaded";

const insert = sql("artifact_manifests_insert", `
  insert into artifact_manifests as manifest (entity_id, artifact_id, kind, base_artifact_id, digest, object_key, uploaded_at)
  values ($1, $2, $3, $4, $5, $6, case when $7::boolean then now() end) returning ${columns}`);

const byId = sql("artifact_manifests_by_id", `select ${columns} from artifact_manifests as manifest where manifest.id = $1`);

const ofArtifact = sql("artifact_manifests_of_artifact", `select ${columns} from artifact_manifests as manifest where manifest.artifact_id = $1 order by manifest.id`);

// A new digest means new content: what was uploaded before no longer counts.
const change = sql("artifact_manifests_change", `
  update artifact_manifests as manifest set base_artifact_id = coalesce($2, manifest.base_artifact_id), digest = coalesce($3, manifest.digest), object_key = coalesce($4, manifest.object_key),
    uploaded_at = case when $3 is null or $3 = manifest.digest then manifest.uploaded_at end
  where manifest.id = $1 returning ${columns}`);

const markUploaded = sql("artifact_manifests_uploaded", `
  update artifact_manifests as manifest set uploaded_at = now() from artifacts as artifact
  where manifest.id = $1 and manifest.object_key = $2 and artifact.id = manifest.artifact_id and artifact.state = 'PENDING' returning manifest.id`);

export type NewManifest = { entityId: number; artifactId: number; kind: ManifestKind; baseArtifactId: number | null; digest: string; objectKey: string; uploaded: boolean };

export async function insertManifest(db: Querier, input: NewManifest): Promise<ManifestRow> {
  const [row] = await db.query<ManifestRow>(insert, [input.entityId, input.artifactId, input.kind, input.baseArtifactId, input.digest, input.objectKey, input.uploaded]);
  if (row === undefined) throw new Error("an insert gave no row");
  return row;
}

export async function findManifest(db: Querier, id: number): Promise<ManifestRow | null> {
  return (await db.query<ManifestRow>(byId, [id]))[0] ?? null;
}

export function listManifests(db: Querier, artifactId: number): Promise<ManifestRow[]> {
  return db.query<ManifestRow>(ofArtifact, [artifactId]);
}

export async function changeManifest(tx: Transaction, id: number, to: { baseArtifactId: number | null; digest: string | null; objectKey: string | null }): Promise<ManifestRow | null> {
  return (await tx.query<ManifestRow>(change, [id, to.baseArtifactId, to.digest, to.objectKey]))[0] ?? null;
}

/** False when the manifest has meanwhile been changed, or its version is no longer pending. */
export async function markManifestUploaded(db: Querier, id: number, objectKey: string): Promise<boolean> {
  return (await db.query(markUploaded, [id, objectKey])).length > 0;
}
