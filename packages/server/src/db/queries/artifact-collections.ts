import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

const update = sql("artifact_collections_update", `
  update artifact_collections set name = coalesce($2, name), description = coalesce($3, description), updated_at = now() where id = $1`);

const setType = sql("artifact_collections_set_type", "update artifact_collections set type_id = $2, updated_at = now() where id = $1");

// The tables' cascades take a sequence's versions along, wherever they are linked.
const deleteCollection = sql("artifact_collections_delete", "delete from artifact_collections where id = $1");

// The order of the rows is the order of the locks: two requests that add the same tags cannot wait for each other.
const addTags = sql("collection_tags_insert", `
  insert into collection_tags (entity_id, collection_id, tag) select $1, $2, wanted.tag from unnest($3::text[]) as wanted (tag) order by wanted.tag on conflict (collection_id, tag) do nothing
  returning tag`);

const removeTags = sql("collection_tags_delete", "delete from collection_tags where collection_id = $1 and tag = any($2::text[]) returning tag");

const tagsNamed = sql("collection_tags_named", "select id, tag from collection_tags where collection_id = $1 and tag = any($2::text[]) order by id");

export async function updateCollectionRow(tx: Transaction, id: number, to: { name: string | null; description: string | null }): Promise<void> {
  await tx.query(update, [id, to.name, to.description]);
}

export async function setCollectionType(tx: Transaction, id: number, typeId: number): Promise<void> {
  await tx.query(setType, [id, typeId]);
}

export async function deleteCollectionRow(tx: Transaction, id: number): Promise<void> {
  await tx.query(deleteCollection, [id]);
}

/** Gives the tags that were not there before. */
export async function addCollectionTags(tx: Transaction, entityId: number, collectionId: number, tags: readonly string[]): Promise<string[]> {
  return (await tx.query<{ tag: string }>(addTags, [entityId, collectionId, tags])).map(({ tag }) => tag);
}

/** Gives the tags that were there. */
export async function removeCollectionTags(tx: Transaction, collectionId: number, tags: readonly string[]): Promise<string[]> {
  return (await tx.query<{ tag: string }>(removeTags, [collectionId, tags])).map(({ tag }) => tag);
}

export function findCollectionTags(db: Querier, collectionId: number, tags: readonly string[]): Promise<{ id: number; tag: string }[]> {
  return db.query(tagsNamed, [collectionId, tags]);
}
