import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type RunFileRow = {
  id: number;
  run_id: number;
  name: string;
  object_key: string | null;
  size_bytes: number | null;
  md5_base64: string | null;
  mime_type: string | null;
  uploaded_at: Date | null;
  created_at: Date;
};

const columns = "id, run_id, name, object_key, size_bytes, md5_base64, mime_type, uploaded_at, created_at";

const insert = sql("run_files_insert", `
  insert into run_files (run_id, entity_id, name, created_at) select $1, $2, name, $4 from unnest($3::text[]) as name on conflict (run_id, name) do nothing`);

export async function insertRunFiles(db: Querier, run: { id: number; entity_id: number }, names: readonly string[], at: Date): Promise<void> {
  await db.query(insert, [run.id, run.entity_id, names, at]);
}

const byNames = sql("run_files_by_names", `select ${columns} from run_files where run_id = $1 and name = any($2::text[]) order by name`);

/** Those of the named files that were announced, uploaded or not. */
export const findRunFilesByName = (db: Querier, runId: number, names: readonly string[]): Promise<RunFileRow[]> => db.query<RunFileRow>(byNames, [runId, names]);

const byIds = sql("run_files_by_ids", `select ${columns} from run_files where id = any($1::bigint[])`);

export const findRunFilesById = (db: Querier, ids: readonly number[]): Promise<RunFileRow[]> => db.query<RunFileRow>(byIds, [ids]);

const list = sql("run_files_list", `
  select ${columns} from run_files
  where run_id = $1 and uploaded_at is not null and (cardinality($2::text[]) = 0 or name = any($2)) and ($3::text is null or name like $3 escape '')
  order by name limit $4 offset $5`);

export type FileListing = { names: readonly string[]; pattern: string | null; limit: number; offset: number };

/** Uploaded files by name; no names means all; the pattern is that of LIKE, without an escape character. */
export const listRunFiles = (db: Querier, runId: number, listing: FileListing): Promise<RunFileRow[]> =>
  db.query<RunFileRow>(list, [runId, listing.names, listing.pattern, listing.limit, listing.offset]);

const count = sql("run_files_count", "select count(*) as total from run_files where run_id = $1 and uploaded_at is not null");

export async function countRunFiles(db: Querier, runId: number): Promise<number> {
  return (await db.query<{ total: number }>(count, [runId]))[0]?.total ?? 0;
}

// Says which object the row named before, so that it can be removed once the new one is in place.
const saveUpload = sql("run_files_save_upload", `
  with before as (select id, object_key from run_files where id = $1 for update)
  update run_files set object_key = $2, size_bytes = $3, md5_base64 = $4, mime_type = $5, uploaded_at = $6
  from before where run_files.id = before.id returning before.object_key as replaced`);

export type Upload = { objectKey: string; sizeBytes: number; md5Base64: string; mimeType: string | null; at: Date };

/** Null when the file is gone; else the object that the upload replaces. */
export async function saveRunFileUpload(db: Querier, fileId: number, upload: Upload): Promise<{ replaced: string | null } | null> {
  const { objectKey, sizeBytes, md5Base64, mimeType, at } = upload;
  return (await db.query<{ replaced: string | null }>(saveUpload, [fileId, objectKey, sizeBytes, md5Base64, mimeType, at]))[0] ?? null;
}

const remove = sql("run_files_delete", "delete from run_files where id = any($1::bigint[]) returning object_key");

export async function deleteRunFiles(db: Querier, ids: readonly number[]): Promise<{ object_key: string | null }[]> {
  return await db.query<{ object_key: string | null }>(remove, [ids]);
}

const keysOfRun = sql("run_files_keys_of_run", "select object_key from run_files where run_id = $1 and object_key is not null");

export async function findObjectKeysOfRun(db: Querier, runId: number): Promise<string[]> {
  return (await db.query<{ object_key: string }>(keysOfRun, [runId])).map(({ object_key }) => object_key);
}
