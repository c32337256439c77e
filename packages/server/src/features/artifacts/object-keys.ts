import type { ObjectKey } from "../../ports/object-store/port.ts";
import { objectKey } from "../../ports/object-store/port.ts";

/** What clients are told; what names the object is in the row. The first byte of the digest makes folders of a size that every file system likes. */
export const blobKey = (entityId: number, md5Hex: string): ObjectKey => objectKey("artifact-blobs", String(entityId), md5Hex.slice(0, 2), md5Hex);

/** Each upload of content is an object of its own: one that is being removed is never one that has just come. */
export const blobUploadKey = (entityId: number, md5Hex: string, uploadId: string): ObjectKey => objectKey("artifact-blobs", String(entityId), md5Hex.slice(0, 2), `${md5Hex}.${uploadId}`);

/** Whose content or manifest an object of that key is; null for one that none of these names is. */
export function ownerOfArtifactKey(key: ObjectKey): { kind: "manifest"; artifactId: number } | { kind: "blob"; entityId: number; md5Hex: string } | null {
  const [, artifactId] = /^artifact-manifests\/\d+\/(\d{1,15})\//.exec(key) ?? [];
  if (artifactId !== undefined) return { kind: "manifest", artifactId: Number(artifactId) };
  const [, entityId, md5Hex] = /^artifact-blobs\/(\d{1,15})\/[0-9a-f]{2}\/([0-9a-f]{32})(?:\.|$)/.exec(key) ?? [];
  return entityId === undefined || md5Hex === undefined ? null : { kind: "blob", entityId: Number(entityId), md5Hex };
}

export const manifestKey = (entityId: number, artifactId: number, name: string): ObjectKey => objectKey("artifact-manifests", String(entityId), String(artifactId), name);
