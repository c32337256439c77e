import { signLink } from "../../domain/signed-link/signed-link.ts";
import type { LinkMethod } from "../../domain/signed-link/signed-link.ts";
import type { KeyObject } from "node:crypto";
import type { Services } from "../services.ts";

// An upload of terabytes over a slow line takes hours, and its links are made before the first byte; a list of links for
// a download is used as it is read.
const uploadMs = 24 * 3_600_000;
const downloadMs = 6 * 3_600_000;

const purpose = "artifact-links";

/** The key that links to artifact content are signed with. */
const artifactLinkKey = (services: Pick<Services, "secretStore">): KeyObject => services.secretStore.derive(purpose);

/** The keys that a link may have been signed with: a rotation of the key-encryption key lies within its life. */
export const artifactLinkKeys = (services: Pick<Services, "secretStore">): readonly KeyObject[] => services.secretStore.deriveAll(purpose);

export type ArtifactLinks = {
  putBlob(blob: { entityId: number; md5Hex: string; artifactId: number }): string;
  getBlob(blob: { entityId: number; md5Hex: string; fileName: string }): string;
  putManifest(manifest: { id: number; objectKey: string }): string;
  getManifest(manifest: { id: number }): string;
};

/** Makes links that are their own permission; one maker serves a whole page of files. */
export function artifactLinks(services: Pick<Services, "secretStore" | "clock" | "publicUrl">): ArtifactLinks {
  const key = artifactLinkKey(services);
  const now = services.clock.now().getTime();
  const link = (method: LinkMethod, path: string, claims: Record<string, string>): string => {
    const expiresAt = new Date(now + (method === "PUT" ? uploadMs : downloadMs));
    return `${services.publicUrl}${path}?${signLink({ method, path, expiresAt, claims }, key)}`;
  };
  return {
    putBlob: ({ entityId, md5Hex, artifactId }) => link("PUT", blobPath(entityId, md5Hex), { artifact: String(artifactId) }),
    getBlob: ({ entityId, md5Hex, fileName }) => link("GET", blobPath(entityId, md5Hex), { name: fileName }),
    // The object's key names the digest: a link for older content of the same manifest no longer fits.
    putManifest: ({ id, objectKey }) => link("PUT", `/storage/artifact-manifests/${id}`, { object: objectKey }),
    getManifest: ({ id }) => link("GET", `/storage/artifact-manifests/${id}`, {}),
  };
}

const blobPath = (entityId: number, md5Hex: string): string => `/storage/artifact-blobs/${entityId}/${md5Hex}`;
