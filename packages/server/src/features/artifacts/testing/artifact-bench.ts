import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Database, Transaction } from "../../../db/database.ts";
import { sql } from "../../../db/database.ts";
import type { Change, Subject } from "../../../domain/event.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import { systemClock } from "../../../kit/clock.ts";
import { uuidv7Maker } from "../../../kit/ids.ts";
import { systemRandom } from "../../../kit/random.ts";
import { memoryObjectStore } from "../../../ports/object-store/memory.ts";
import { memorySecretStore } from "../../../ports/secret-store/memory.ts";
import type { CreateArtifactInput } from "../index.ts";
import { commitArtifact, createArtifact, createArtifactManifest, receiveBlob, receiveManifest } from "../index.ts";
import type { Services } from "../../services.ts";
import { defaultLimits } from "../../services.ts";

export type ArtifactServices = Pick<Services, "db" | "pipeline" | "objects" | "secretStore" | "clock" | "ids" | "limits" | "publicUrl">;

/** What a verb captured, with the transaction that it captured it in. */
export type Captured = { tx: Transaction; change: Change };

/** Services as the artifact verbs need them: a real database, stores in memory, a pipeline that notes what it is told. */
export function artifactServices(db: Database, publicUrl = "http://bellhop.test"): { services: ArtifactServices; captured: Captured[] } {
  const captured: Captured[] = [];
  const services: ArtifactServices = {
    db, publicUrl, clock: systemClock, ids: uuidv7Maker(systemClock, systemRandom), limits: defaultLimits, objects: memoryObjectStore(), secretStore: memorySecretStore(),
    pipeline: {
      captureChange: async (tx, ...changes) => void captured.push(...changes.map((change) => ({ tx, change }))),
      wake: () => undefined,
      redeliver: () => Promise.reject(new Error("no deliveries here")),
    },
  };
  return { services, captured };
}

export const base64Md5 = (content: string): string => createHash("md5").update(content).digest("base64");
export const hexMd5 = (content: string): string => createHash("md5").update(content).digest("hex");

/** The manifest of some files, as the client writes it. */
export function manifestText(files: Readonly<Record<string, string>>): string {
  const contents = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, { digest: base64Md5(content), size: content.length }]));
  return JSON.stringify({ version: 1, storagePolicy: "wandb-storage-policy-v1", storagePolicyConfig: { storageLayout: "V2" }, contents });
}

export const uploadOf = (text: string): { body: Readable; sizeBytes: number } => ({ body: Readable.from([Buffer.from(text)], { objectMode: false }), sizeBytes: Buffer.byteLength(text) });

export const newVersion = (input: Partial<CreateArtifactInput> & { entity: string; digest: string }): CreateArtifactInput => ({
  project: "vision", collection: "resnet", type: "model", run: null, description: null, metadata: '{"accuracy":0.9}', aliases: ["latest"], tags: [], clientId: null,
  sequenceClientId: null, distributedId: null, deduplicate: true, historyStep: null, ttlSeconds: null, ...input,
});

/** Uploads files and manifest of a pending version, without committing it. */
export async function fill(services: ArtifactServices, viewer: Viewer, artifactId: number, manifestOf: { files: Readonly<Record<string, string>>; kind?: "FULL" | "PATCH" | "INCREMENTAL"; baseArtifactId?: number }): Promise<void> {
  const { files, kind, baseArtifactId } = manifestOf;
  const text = manifestText(files);
  const { manifest, artifact } = await createArtifactManifest(services, viewer, { artifactId, baseArtifactId: baseArtifactId ?? null, digest: base64Md5(text), kind: kind ?? "FULL" });
  for (const content of new Set(Object.values(files))) await receiveBlob(services, { entityId: artifact.entity_id, md5Hex: hexMd5(content), artifactId }, uploadOf(content));
  await receiveManifest(services, { manifestId: manifest.id, objectKey: manifest.object_key }, uploadOf(text));
}

/** Logs a version with one file of this content, and gives its id. */
export async function logVersion(services: ArtifactServices, viewer: Viewer, input: Partial<CreateArtifactInput> & { entity: string; digest: string }): Promise<number> {
  const { artifactId, state } = await createArtifact(services, viewer, newVersion(input));
  if (state === "COMMITTED") return artifactId;
  await fill(services, viewer, artifactId, { files: { "model.pt": `content of ${input.digest}` } });
  await commitArtifact(services, viewer, artifactId);
  return artifactId;
}

export async function insertRun(db: Database, entityId: number, project: string, name: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql("test_artifact_run", `
    with project as (insert into projects (entity_id, name) values ($1, $2) on conflict (entity_id, name) do update set name = excluded.name returning id)
    insert into runs (entity_id, project_id, name, display_name) select $1, id, $3, $3 from project returning id`), [entityId, project, name]);
  return row?.id ?? 0;
}

/** A change in short: `ADD_ARTIFACT_ALIAS acme/vision/resnet:v1 production`, `ADD_COLLECTION_TAG acme/vision/resnet best`. */
export function brief({ change: { type, subject } }: Captured): string {
  if (!("collectionName" in subject)) throw new Error(`an artifact verb captured an event of a ${subject.kind}`);
  const collection = `${subject.entityName}/${subject.projectName}/${subject.collectionName}`;
  const place = subject.kind === "artifact" ? `${collection}:v${subject.versionIndex}` : collection;
  return [type, place, aliasOf(subject), subject.tag].filter((part) => part !== null).join(" ");
}

export const aliasOf = (subject: Subject): string | null => (subject.kind === "artifact" ? subject.alias : null);
