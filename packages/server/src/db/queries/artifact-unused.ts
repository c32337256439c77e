import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

const nextEntity = sql("artifact_unused_entity", "select entity_id from artifact_blobs where entity_id > $1 order by entity_id limit 1");

/** The next entity that keeps content, in the order of ids; null behind the last. */
export async function findNextKeeper(db: Querier, after: number): Promise<number | null> {
  return (await db.query<{ entity_id: number }>(nextEntity, [after]))[0]?.entity_id ?? null;
}

export type OldBlob = { md5_hex: string; marked: boolean };

const oldBlobs = sql("artifact_unused_blobs", `
  select md5_hex, unused_since is not null as marked from artifact_blobs
  where entity_id = $1 and md5_hex > $2 and created_at < now() - $3 * interval '1 millisecond' order by md5_hex limit $4`);

/** Content that came `ageMs` milliseconds ago or earlier, in the order of digests. */
export function listOldBlobs(db: Querier, entityId: number, which: { after: string; ageMs: number; limit: number }): Promise<OldBlob[]> {
  return db.query<OldBlob>(oldBlobs, [entityId, which.after, which.ageMs, which.limit]);
}

export type LivingManifest = { id: number; object_key: string; committed: boolean };

// Of a committed version the one that counts; of a pending one all that were uploaded, since any may come to count.
const livingManifests = sql("artifact_unused_manifests", `
  select manifest.id, manifest.object_key, artifact.state = 'COMMITTED' as committed
  from artifact_manifests as manifest join artifacts as artifact on artifact.id = manifest.artifact_id
  where manifest.entity_id = $1 and manifest.id > $2
    and (artifact.state = 'COMMITTED' and artifact.manifest_id = manifest.id or artifact.state = 'PENDING' and manifest.uploaded_at is not null)
  order by manifest.id limit $3`);

/** What says which content an entity's versions need. */
export function listLivingManifests(db: Querier, entityId: number, which: { after: number; limit: number }): Promise<LivingManifest[]> {
  return db.query<LivingManifest>(livingManifests, [entityId, which.after, which.limit]);
}

const mark = sql("artifact_unused_mark", "update artifact_blobs set unused_since = now() where entity_id = $1 and md5_hex = any($2::text[]) and unused_since is null");
// Asked again in the statement that removes, under the lock: a version may have claimed the content meanwhile. What is
// locked is being claimed. Who claims waits for this, and this for nobody, so that they never wait for each other.
const remove = sql("artifact_unused_remove", `
  with unused as materialized (
    select md5_hex from artifact_blobs
    where entity_id = $1 and md5_hex = any($2::text[]) and unused_since < now() - $3 * interval '1 millisecond' for update skip locked
  )
  delete from artifact_blobs where entity_id = $1 and md5_hex = any (array(select md5_hex from unused)) returning object_key`);

export async function markUnused(db: Querier, entityId: number, md5Hexes: readonly string[]): Promise<void> {
  await db.query(mark, [entityId, md5Hexes]);
}

/** Forgets content that has been marked for `ageMs` milliseconds or longer; gives the keys of the objects that are now free. */
export async function removeUnused(db: Querier, entityId: number, md5Hexes: readonly string[], ageMs: number): Promise<string[]> {
  return (await db.query<{ object_key: string }>(remove, [entityId, md5Hexes, ageMs])).map(({ object_key: key }) => key);
}
