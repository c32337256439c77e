import { claimBlobs } from "../../db/queries/artifact-blobs.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import { md5ToHex } from "../../domain/artifact-manifest.ts";
import { invalidAt } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { artifactLinks } from "./links.ts";
import { blobKey } from "./object-keys.ts";
import { requirePending } from "./require-pending.ts";

export type FileSpec = { artifactId: number | null; name: string; md5Base64: string };
export type AnnouncedFile = {
  name: string;
  storagePath: string;
  /** Null when the content is here already. */
  uploadUrl: string | null;
  uploadHeaders: string[];
  /** The version that brought the content. */
  birthArtifactId: number;
};

const mostFiles = 20_000;

/** Where the files of pending versions are to be uploaded; as many answers, in the order of the questions. */
export async function createArtifactFiles(services: Pick<Services, "db" | "secretStore" | "clock" | "publicUrl">, viewer: Viewer, specs: readonly FileSpec[]): Promise<AnnouncedFile[]> {
  if (specs.length > mostFiles) throw invalidAt("artifactFiles", `at most ${mostFiles} files at a time`);
  const artifacts = await requireAllPending(services, viewer, specs);
  const files = specs.map((spec, index) => {
    const md5Hex = md5ToHex(spec.md5Base64);
    if (md5Hex === null) throw invalidAt(`artifactFiles[${index}].md5`, "must be an MD5 in base64");
    const artifact = artifacts.get(spec.artifactId);
    if (artifact === undefined) throw new Error("a version was not looked up");
    return { ...spec, md5Hex, artifact };
  });
  const births = await findKept(services, files);
  const links = artifactLinks(services);
  return files.map(({ name, md5Hex, md5Base64, artifact }) => {
    const birth = births.get(`${artifact.entity_id}/${md5Hex}`);
    const upload = { entityId: artifact.entity_id, md5Hex, artifactId: artifact.id };
    return {
      name, storagePath: blobKey(artifact.entity_id, md5Hex), birthArtifactId: birth ?? artifact.id,
      uploadUrl: birth === undefined ? links.putBlob(upload) : null, uploadHeaders: birth === undefined ? [`Content-MD5:${md5Base64}`] : [],
    };
  });
}

async function requireAllPending(services: Pick<Services, "db">, viewer: Viewer, specs: readonly FileSpec[]): Promise<Map<number | null, ArtifactRow>> {
  const artifacts = new Map<number | null, ArtifactRow>();
  for (const id of new Set(specs.map(({ artifactId }) => artifactId))) artifacts.set(id, await requirePending(services.db, viewer, id));
  return artifacts;
}

/** Of the content that is here already, which version brought it. */
async function findKept(services: Pick<Services, "db">, files: readonly { md5Hex: string; artifact: ArtifactRow }[]): Promise<Map<string, number>> {
  const births = new Map<string, number>();
  for (const entityId of new Set(files.map(({ artifact }) => artifact.entity_id))) {
    const ofEntity = files.filter(({ artifact }) => artifact.entity_id === entityId);
    const blobs = await claimBlobs(services.db, entityId, ofEntity.map(({ md5Hex }) => md5Hex));
    for (const blob of blobs) births.set(`${entityId}/${blob.md5_hex}`, blob.birth_artifact_id ?? ofEntity[0]?.artifact.id ?? 0);
  }
  return births;
}
