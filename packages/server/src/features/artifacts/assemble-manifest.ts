import { createHash } from "node:crypto";
import { findArtifactRow } from "../../db/queries/artifact-find.ts";
import type { ManifestRow } from "../../db/queries/artifact-manifests.ts";
import { findManifest, insertManifest, listManifests } from "../../db/queries/artifact-manifests.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import type { Manifest } from "../../domain/artifact-manifest.ts";
import { mergeManifests, serializeManifest } from "../../domain/artifact-manifest.ts";
import { conflict } from "../../domain/failure.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";
import { manifestKey } from "./object-keys.ts";
import { readManifest } from "./read-manifest.ts";

type Needs = Pick<Services, "db" | "objects" | "ids">;

/**
 * The complete manifest of a pending version: the newest full one that was uploaded, or that of the base version, with
 * the patches of all its makers laid over it. What was merged here is stored as a manifest of its own.
 */
export async function assembleManifest(services: Needs, artifact: ArtifactRow): Promise<{ manifest: Manifest; manifestId: number }> {
  const uploaded = (await listManifests(services.db, artifact.id)).filter((row) => row.uploaded);
  const newest = uploaded.at(-1);
  if (newest === undefined) throw conflict("No manifest of the version was uploaded; upload it, then commit.");
  const full = uploaded.findLast(({ kind }) => kind === "FULL");
  const patches = uploaded.filter(({ kind }) => kind !== "FULL");
  if (full !== undefined && patches.length === 0) return { manifest: await readManifest(services.objects, full.object_key), manifestId: full.id };

  const base = full === undefined ? await readBase(services, artifact, patches) : await readManifest(services.objects, full.object_key);
  const layers: Manifest[] = [];
  for (const patch of patches) layers.push(await readManifest(services.objects, patch.object_key));
  const manifest = mergeManifests(base, layers);
  return { manifest, manifestId: await store(services, artifact, manifest) };
}

const nobody = 0;

async function readBase(services: Needs, artifact: ArtifactRow, patches: readonly ManifestRow[]): Promise<Manifest | null> {
  const baseId = patches.findLast((patch) => patch.base_artifact_id !== null)?.base_artifact_id ?? null;
  if (baseId === null) return null;
  // That the maker may read it was checked when the patch was announced.
  const base = await findArtifactRow(services.db, nobody, baseId);
  const row = base?.manifest_id === null || base?.manifest_id === undefined ? null : await findManifest(services.db, base.manifest_id);
  const kept = row !== null && isObjectKey(row.object_key) && (await services.objects.head(row.object_key)) !== null;
  if (!kept || base?.entity_id !== artifact.entity_id) throw conflict("The version that this one builds on is gone.");
  return readManifest(services.objects, row.object_key);
}

async function store(services: Needs, artifact: ArtifactRow, manifest: Manifest): Promise<number> {
  const bytes = Buffer.from(serializeManifest(manifest));
  const digest = createHash("md5").update(bytes).digest("base64");
  // A key of its own per merge: two commits at once must not write the same object.
  const key = manifestKey(artifact.entity_id, artifact.id, `merged-${services.ids()}`);
  const stored = await services.objects.put(key, singleChunk(bytes), { maxBytes: bytes.length, md5Base64: digest });
  if (!stored.ok) throw new Error(`the object store refused a merged manifest: ${stored.reason}`);
  const row = await insertManifest(services.db, { entityId: artifact.entity_id, artifactId: artifact.id, kind: "FULL", baseArtifactId: null, digest, objectKey: key, uploaded: false });
  return row.id;
}

async function* singleChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
