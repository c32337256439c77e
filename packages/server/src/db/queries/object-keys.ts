import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

type KeyRow = { object_key: string };
const keysOf = (rows: readonly KeyRow[]): string[] => rows.map(({ object_key: key }) => key);

const ofRuns = sql("object_keys_runs", "select object_key from run_files where run_id = any($1::bigint[]) and object_key = any($2::text[])");

/** Those of the keys that a file of one of these runs has. */
export async function findRunFileKeys(db: Querier, runIds: readonly number[], keys: readonly string[]): Promise<string[]> {
  return keysOf(await db.query<KeyRow>(ofRuns, [runIds, keys]));
}

// What builds on a version that was deleted just now may still read its manifest.
const ofManifests = sql("object_keys_manifests", `
  select manifest.object_key from artifact_manifests as manifest join artifacts as artifact on artifact.id = manifest.artifact_id
  where manifest.artifact_id = any($1::bigint[]) and manifest.object_key = any($2::text[])
    and (artifact.state <> 'DELETED' or artifact.updated_at > now() - $3 * interval '1 millisecond')`);

/** Those of the keys that a manifest of one of these versions has, if the version is there or was `unusedMs` ago. */
export async function findManifestKeys(db: Querier, artifactIds: readonly number[], keys: readonly string[], unusedMs: number): Promise<string[]> {
  return keysOf(await db.query<KeyRow>(ofManifests, [artifactIds, keys, unusedMs]));
}

const ofBlobs = sql("object_keys_blobs", `
  select blob.object_key from unnest($1::bigint[], $2::text[], $3::text[]) as listed (entity_id, md5_hex, object_key)
  join artifact_blobs as blob on blob.entity_id = listed.entity_id and blob.md5_hex = listed.md5_hex and blob.object_key = listed.object_key`);

/** Those of the objects that are the content of their digest. */
export async function findBlobKeys(db: Querier, listed: readonly { entityId: number; md5Hex: string; key: string }[]): Promise<string[]> {
  return keysOf(await db.query<KeyRow>(ofBlobs, [listed.map(({ entityId }) => entityId), listed.map(({ md5Hex }) => md5Hex), listed.map(({ key }) => key)]));
}
