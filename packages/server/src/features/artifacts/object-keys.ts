import type { ObjectKey } from "../../ports/object-store/port.ts";
import { objectKey } from "../../ports/object-store/port.ts";

/** What clients are told; what names the object is in the row. The first byte of the digest makes folders of a size that every file system likes. */
export const blobKey = (entityId: number, md5Hex: string): ObjectKey => objectKey("artifact-blobs", String(entityId), md5Hex.slice(0, 2), md5Hex);

/** Each upload of content is an object of its own: one that is being removed is never one that has just come. */
export const blobUploadKey = (entityId: number, md5Hex: string, uploadId: string): ObjectKey => objectKey("artifact-blobs", String(entityId), md5Hex.slice(0, 2), `${md5Hex}.${uploadId}`);

export const manifestKey = (entityId: number, artifactId: number, name: string): ObjectKey => objectKey("artifact-manifests", String(entityId), String(artifactId), name);
