import { findManifest } from "../../db/queries/artifact-manifests.ts";
import type { ManifestRow } from "../../db/queries/artifact-manifests.ts";
import type { ManifestEntry } from "../../domain/artifact-manifest.ts";
import { md5ToHex } from "../../domain/artifact-manifest.ts";
import type { Services } from "../services.ts";
import type { ArtifactLinks } from "./links.ts";
import { artifactLinks } from "./links.ts";
import { blobKey } from "./object-keys.ts";
import { readManifest } from "./read-manifest.ts";

type Needs = Pick<Services, "db" | "objects" | "secretStore" | "clock" | "publicUrl">;
type Version = { id: number; entity_id: number; manifest_id: number | null };

export type VersionFile = {
  path: string;
  sizeBytes: number;
  digest: string;
  /** Null for a reference. */
  storagePath: string | null;
  url: string;
};

/** The manifest of a committed version, with the link to its JSON; null while it is pending. */
export async function findCurrentManifest(services: Needs, version: Version): Promise<{ manifest: ManifestRow; url: string } | null> {
  const manifest = version.manifest_id === null ? null : await findManifest(services.db, version.manifest_id);
  return manifest === null ? null : { manifest, url: artifactLinks(services).getManifest(manifest) };
}

/** A page of a version's files, in the manifest's order; all, or those of the given paths. */
export async function listFiles(services: Needs, version: Version, which: { names: readonly string[] | null; limit: number; offset: number }): Promise<{ files: VersionFile[]; total: number }> {
  const row = version.manifest_id === null ? null : await findManifest(services.db, version.manifest_id);
  if (row === null) return { files: [], total: 0 };
  const { entries } = await readManifest(services.objects, row.object_key);
  const links = artifactLinks(services);
  const toFile = ([path, entry]: [string, ManifestEntry]): VersionFile => fileOf(version.entity_id, path, entry, links);
  if (which.names !== null) {
    const named = [...new Set(which.names)].flatMap((name) => pick(entries, name));
    return { files: named.slice(which.offset, which.offset + which.limit).map(toFile), total: named.length };
  }
  return { files: slice(entries, which.offset, which.limit).map(toFile), total: entries.size };
}

function pick(entries: ReadonlyMap<string, ManifestEntry>, name: string): [string, ManifestEntry][] {
  const entry = entries.get(name);
  return entry === undefined ? [] : [[name, entry]];
}

/** Walks over what comes before the page instead of copying all of a large manifest. */
function slice(entries: ReadonlyMap<string, ManifestEntry>, offset: number, limit: number): [string, ManifestEntry][] {
  const page: [string, ManifestEntry][] = [];
  let index = 0;
  for (const entry of entries) {
    if (index >= offset + limit) break;
    if (index >= offset) page.push(entry);
    index += 1;
  }
  return page;
}

/** The links of these entries of a version, by path and digest; what the version does not hold is left out. */
export async function listFilesByEntry(services: Needs, version: Version, wanted: readonly { name: string; digest: string }[]): Promise<VersionFile[]> {
  const { files } = await listFiles(services, version, { names: wanted.map(({ name }) => name), limit: wanted.length, offset: 0 });
  const digests = new Map(wanted.map(({ name, digest }) => [name, digest]));
  return files.filter(({ path, digest }) => digests.get(path) === digest);
}

function fileOf(entityId: number, path: string, entry: ManifestEntry, links: ArtifactLinks): VersionFile {
  const md5Hex = entry.ref === null ? md5ToHex(entry.digest) : null;
  const shared = { path, sizeBytes: entry.sizeBytes, digest: entry.digest };
  if (md5Hex === null) return { ...shared, storagePath: null, url: entry.ref ?? "" };
  return { ...shared, storagePath: blobKey(entityId, md5Hex), url: links.getBlob({ entityId, md5Hex, fileName: path.split("/").at(-1) ?? path }) };
}
