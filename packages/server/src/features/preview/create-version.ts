import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { mergeManifests, serializeManifest } from "../../domain/artifact-manifest.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { memoryObjectStore } from "../../ports/object-store/memory.ts";
import { findVisibleProject } from "../access/index.ts";
import { commitArtifact, createArtifact, createArtifactManifest, findCollection, receiveManifest } from "../artifacts/index.ts";
import type { Services } from "../services.ts";

export type TriedVersion = {
  place: { entity: string; project: string; collection: string };
  /** Null for that of the collection, which then has to be there. */
  type: string | null;
  metadata: Readonly<Record<string, unknown>>;
  aliases: readonly string[];
  tags: readonly string[];
};

type Needs = Pick<Services, "db" | "pipeline" | "limits" | "ids">;

/**
 * Logs a version as the SDK does: begun, with a manifest, committed. It has no files, which no automation asks about, and what
 * verbs would put into the object store goes into one that is forgotten too. Its digest is its own: content that is
 * there already would make no version.
 */
export async function createVersion(services: Needs, viewer: Viewer, { place, metadata, ...tried }: TriedVersion): Promise<void> {
  const type = tried.type ?? (await typeOf(services, viewer, place));
  const { artifactId } = await createArtifact(services, viewer, { ...nothingElse, ...place, ...tried, type, digest: services.ids(), metadata: JSON.stringify(metadata) });
  const objects = memoryObjectStore();
  const manifest = Buffer.from(serializeManifest(mergeManifests(null, [])));
  const digest = createHash("md5").update(manifest).digest("base64");
  const { manifest: announced } = await createArtifactManifest(services, viewer, { artifactId, baseArtifactId: null, digest, kind: "FULL" });
  await receiveManifest({ ...services, objects }, { manifestId: announced.id, objectKey: announced.object_key }, { body: Readable.from([manifest], { objectMode: false }), sizeBytes: manifest.length });
  await commitArtifact({ ...services, objects }, viewer, artifactId);
}

const nothingElse = { run: null, description: null, clientId: null, sequenceClientId: null, distributedId: null, deduplicate: false, historyStep: null, ttlSeconds: null } as const;

async function typeOf(services: Needs, viewer: Viewer, place: TriedVersion["place"]): Promise<string> {
  const project = await findVisibleProject(services.db, viewer, { entity: place.entity, name: place.project });
  const collection = project === null ? null : await findCollection(services, viewer, { projectId: project.id, name: place.collection });
  if (collection === null) throw notFound(`Artifact collection "${place.entity}/${place.project}/${place.collection}"`);
  return collection.type_name;
}
