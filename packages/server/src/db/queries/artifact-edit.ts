import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

// Null leaves a value as it is; ttl_seconds is set to what $5 holds when $4 says so, since null is a value of it.
const update = sql("artifacts_update", `
  update artifacts set description = coalesce($2, description), metadata = coalesce($3, metadata),
    ttl_seconds = case when $4::boolean then $5::bigint else ttl_seconds end, updated_at = now()
  where id = $1 and state <> 'DELETED'`);

const addTags = sql("artifact_tags_insert", `
  insert into artifact_tags (entity_id, artifact_id, tag) select $1, $2, wanted.tag from unnest($3::text[]) as wanted (tag) order by wanted.tag on conflict (artifact_id, tag) do nothing
  returning tag`);

const removeTags = sql("artifact_tags_delete", "delete from artifact_tags where artifact_id = $1 and tag = any($2::text[]) returning tag");

const lockForDeletion = sql("artifacts_lock", `
  select state, exists (select 1 from artifact_memberships as membership join artifact_aliases as alias on alias.membership_id = membership.id
    where membership.artifact_id = artifacts.id) as aliased
  from artifacts where id = $1 for update`);

const markDeleted = sql("artifacts_delete", "update artifacts set state = 'DELETED', updated_at = now() where id = $1");
const dropMemberships = sql("artifact_memberships_drop", "delete from artifact_memberships where artifact_id = $1");

export type ArtifactChanges = { description: string | null; metadata: string | null; ttlSeconds: { to: number | null } | null };

export async function updateArtifactRow(tx: Transaction, id: number, to: ArtifactChanges): Promise<void> {
  await tx.query(update, [id, to.description, to.metadata, to.ttlSeconds !== null, to.ttlSeconds?.to ?? null]);
}

/** Gives the tags that were not there before. */
export async function addArtifactTags(tx: Transaction, entityId: number, artifactId: number, tags: readonly string[]): Promise<string[]> {
  return tags.length === 0 ? [] : (await tx.query<{ tag: string }>(addTags, [entityId, artifactId, tags])).map(({ tag }) => tag);
}

/** Gives the tags that were there. */
export async function removeArtifactTags(tx: Transaction, artifactId: number, tags: readonly string[]): Promise<string[]> {
  return tags.length === 0 ? [] : (await tx.query<{ tag: string }>(removeTags, [artifactId, tags])).map(({ tag }) => tag);
}

const tagsOf = sql("artifact_tags_of", "select tag from artifact_tags where artifact_id = $1 order by id");

export const listArtifactTags = async (tx: Transaction, artifactId: number): Promise<string[]> => (await tx.query<{ tag: string }>(tagsOf, [artifactId])).map(({ tag }) => tag);

export async function lockArtifact(tx: Transaction, id: number): Promise<{ state: string; aliased: boolean } | null> {
  return (await tx.query<{ state: string; aliased: boolean }>(lockForDeletion, [id]))[0] ?? null;
}

/** Takes the version out of every collection, its aliases with it; the row stays, so that its id still answers. */
export async function deleteArtifactRow(tx: Transaction, id: number): Promise<void> {
  await tx.query(markDeleted, [id]);
  await tx.query(dropMemberships, [id]);
}
