import type { Readable } from "node:stream";
import { insertBlob } from "../../db/queries/artifact-blobs.ts";
import { findManifest, markManifestUploaded } from "../../db/queries/artifact-manifests.ts";
import { touchPending } from "../../db/queries/artifact-pending.ts";
import { md5ToBase64 } from "../../domain/artifact-manifest.ts";
import { Failure, conflict, notFound } from "../../domain/failure.ts";
import type { PutResult } from "../../ports/object-store/port.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";
import { blobUploadKey } from "./object-keys.ts";
import { largestManifest } from "./read-manifest.ts";
import { requireUploading } from "./require-pending.ts";

/** What arrives over a signed link; whoever holds the link may send it. */
export type Upload = { body: Readable; sizeBytes: number | undefined };

/**
 * Keeps a file's content. Throws when it is not what its name promises; then nothing is kept and nothing recorded. Content
 * that comes for a version which is no longer pending is kept too: what nothing needs goes by itself.
 */
export async function receiveBlob(services: Pick<Services, "db" | "objects" | "limits" | "ids">, blob: { entityId: number; md5Hex: string; artifactId: number }, upload: Upload): Promise<void> {
  const key = blobUploadKey(blob.entityId, blob.md5Hex, services.ids());
  await touchPending(services.db, blob.artifactId);
  const stored = await services.objects.put(key, upload.body, expected(upload, md5ToBase64(blob.md5Hex), services.limits.runFileBytes));
  if (!stored.ok) throw refused(stored.reason);
  const kept = await insertBlob(services.db, blob.entityId, { md5_hex: blob.md5Hex, object_key: key, size_bytes: stored.sizeBytes, birth_artifact_id: blob.artifactId });
  // The same content came twice, and the other one is kept already.
  if (kept !== key) await services.objects.delete(key);
}

/** Keeps a manifest's content, under the key that the link was made for. */
export async function receiveManifest(services: Pick<Services, "db" | "objects">, link: { manifestId: number; objectKey: string }, upload: Upload): Promise<void> {
  const manifest = await findManifest(services.db, link.manifestId);
  if (manifest === null) throw notFound("Artifact manifest");
  if (manifest.object_key !== link.objectKey || manifest.digest === "" || !isObjectKey(manifest.object_key)) throw conflict(announcedAnew);
  await requireUploading(services.db, manifest.artifact_id);
  const stored = await services.objects.put(manifest.object_key, upload.body, expected(upload, manifest.digest, largestManifest));
  if (!stored.ok) throw refused(stored.reason);
  if (await markManifestUploaded(services.db, manifest.id, manifest.object_key)) return;
  await requireUploading(services.db, manifest.artifact_id);
  throw conflict(announcedAnew);
}

const announcedAnew = "The manifest was announced anew since this link was made.";

const expected = (upload: Upload, md5Base64: string, maxBytes: number): { maxBytes: number; md5Base64: string; sizeBytes?: number } => ({
  maxBytes, md5Base64, ...(upload.sizeBytes === undefined ? {} : { sizeBytes: upload.sizeBytes }),
});

type Refusal = Exclude<PutResult, { ok: true }>["reason"];

function refused(reason: Refusal): Failure {
  switch (reason) {
    case "too_large":
      return new Failure("too_large", "The upload is over the limit.");
    case "digest_mismatch":
      return new Failure("invalid", "The content does not have the MD5 that was announced for it; nothing was kept.");
    case "size_mismatch":
      return new Failure("bad_request", "The content does not have the announced length; nothing was kept.");
  }
}
