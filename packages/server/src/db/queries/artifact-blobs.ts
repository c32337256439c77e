import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type BlobRow = { md5_hex: string; object_key: string; size_bytes: number; birth_artifact_id: number | null };

const find = sql("artifact_blobs_find", "select md5_hex, object_key, size_bytes, birth_artifact_id from artifact_blobs where entity_id = $1 and md5_hex = any($2::text[])");

// Whoever relies on content that is here says so: the sweep removes only what has been unused for a long time.
const markUsed = sql("artifact_blobs_used", "update artifact_blobs set unused_since = null where entity_id = $1 and md5_hex = any($2::text[]) and unused_since is not null");

// An anti-join over the wanted digests: a version of a million files is asked for in a few statements.
const missing = sql("artifact_blobs_missing", `
  select wanted.md5_hex from unnest($2::text[]) as wanted (md5_hex)
  where not exists (select 1 from artifact_blobs as blob where blob.entity_id = $1 and blob.md5_hex = wanted.md5_hex) limit $3`);

const insert = sql("artifact_blobs_insert", `
  insert into artifact_blobs (entity_id, md5_hex, object_key, size_bytes, birth_artifact_id) values ($1, $2, $3, $4, $5)
  on conflict (entity_id, md5_hex) do update set unused_since = null returning object_key`);

export function findBlobs(db: Querier, entityId: number, md5Hexes: readonly string[]): Promise<BlobRow[]> {
  return db.query<BlobRow>(find, [entityId, md5Hexes]);
}

export async function markBlobsUsed(db: Querier, entityId: number, md5Hexes: readonly string[]): Promise<void> {
  await db.query(markUsed, [entityId, md5Hexes]);
}

/** As findBlobs, for a version that is going to need them: none of them is swept from now on. */
export async function claimBlobs(db: Querier, entityId: number, md5Hexes: readonly string[]): Promise<BlobRow[]> {
  await markBlobsUsed(db, entityId, md5Hexes);
  return findBlobs(db, entityId, md5Hexes);
}

/** Those that are not here. The others are not swept before the transaction ends, nor after it, when it commits. */
export async function claimOrMissBlobs(tx: Transaction, entityId: number, md5Hexes: readonly string[], most: number): Promise<string[]> {
  await markBlobsUsed(tx, entityId, md5Hexes);
  return (await tx.query<{ md5_hex: string }>(missing, [entityId, md5Hexes, most])).map(({ md5_hex }) => md5_hex);
}

/** Gives the key under which the content is kept: another one where it was here already. */
export async function insertBlob(db: Querier, entityId: number, blob: BlobRow): Promise<string> {
  const [row] = await db.query<{ object_key: string }>(insert, [entityId, blob.md5_hex, blob.object_key, blob.size_bytes, blob.birth_artifact_id]);
  return row?.object_key ?? blob.object_key;
}
