import type { Querier } from "../../db/database.ts";
import { findBlobs } from "../../db/queries/artifact-blobs.ts";
import { listMemberRows } from "../../db/queries/artifact-lists.ts";
import { findManifest } from "../../db/queries/artifact-manifests.ts";
import type { MemberRow } from "../../db/queries/artifact-rows.ts";
import { keptDigests } from "../../domain/artifact-manifest.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { ByteRange, ObjectStore, StoredObject } from "../../ports/object-store/port.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import { findVisibleEntity, findVisibleProject } from "../access/index.ts";
import type { Services } from "../services.ts";
import { findVisibleCollection } from "./permissions.ts";
import { readManifest } from "./read-manifest.ts";

type Needs = Pick<Services, "db" | "objects">;

/** What may be read: chosen by whoever checked that it may. */
export type Content = { objectKey: string };

/** A file's content, for whoever holds a link to it. */
export async function findBlobContent(services: Pick<Services, "db">, entityId: number, md5Hex: string): Promise<Content | null> {
  const [blob] = await findBlobs(services.db, entityId, [md5Hex]);
  return blob === undefined ? null : { objectKey: blob.object_key };
}

/** A manifest's JSON, for whoever holds a link to it. */
export async function findManifestContent(services: Pick<Services, "db">, id: number): Promise<Content | null> {
  const manifest = await findManifest(services.db, id);
  return manifest === null ? null : { objectKey: manifest.object_key };
}

/** A file's content for a viewer who has a role in the entity that keeps it. */
export async function findEntityContent(services: Pick<Services, "db">, viewer: Viewer, entityName: string, md5Hex: string): Promise<Content | null> {
  const entity = await findVisibleEntity(services.db, viewer, { name: entityName });
  return entity === null ? null : findBlobContent(services, entity.id, md5Hex);
}

/** A collection is searched this far back for a version with the content. */
const mostVersions = 200;

/** A file's content for a viewer who sees a collection, if one of its versions holds it, whoever's content it is. */
export async function findCollectionContent(services: Needs, viewer: Viewer, which: { entity: string; project: string; collection: string; md5Hex: string }): Promise<Content | null> {
  const project = await findVisibleProject(services.db, viewer, { entity: which.entity, name: which.project });
  const collection = project === null ? null : await findVisibleCollection(services.db, viewer, { projectId: project.id, name: which.collection });
  if (collection === null) return null;
  const members = await listMemberRows(services.db, viewer.userId, { collectionIds: [collection.id], order: { field: "id", descending: true }, page: { limit: mostVersions, offset: 0 } });
  for (const member of members) if (await holdsContent(services, member, which.md5Hex)) return findBlobContent(services, member.entity_id, which.md5Hex);
  return null;
}

async function holdsContent({ db, objects }: { db: Querier; objects: ObjectStore }, member: MemberRow, md5Hex: string): Promise<boolean> {
  const manifest = member.manifest_id === null ? null : await findManifest(db, member.manifest_id);
  return manifest !== null && keptDigests(await readManifest(objects, manifest.object_key)).includes(md5Hex);
}

/** Opens the content, or the part of it in the range; null when the store does not have it. */
export async function openContent(services: Pick<Services, "objects">, content: Content, range: ByteRange | undefined): Promise<StoredObject | null> {
  return isObjectKey(content.objectKey) ? services.objects.get(content.objectKey, range) : null;
}

/** In bytes; null when the store does not have it. */
export async function sizeOfContent(services: Pick<Services, "objects">, content: Content): Promise<number | null> {
  const head = isObjectKey(content.objectKey) ? await services.objects.head(content.objectKey) : null;
  return head === null ? null : head.sizeBytes;
}
