import type { Role } from "../../domain/viewer.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { CollectionKind, CollectionRow } from "./artifact-rows.ts";
import { collectionColumns, collectionSources } from "./artifact-rows.ts";

/** A collection that a request names, and the version's place in it. */
export type AliasTarget = {
  entity_id: number;
  entity_name: string;
  project_id: number;
  project_name: string;
  collection_id: number;
  collection_name: string;
  collection_kind: CollectionKind;
  type_name: string;
  membership_id: number;
  version_index: number;
  metadata: string;
  role: Role | null;
};

export type CollectionName = { entity: string; project: string; collection: string };

// One round trip for everything that putting an alias needs: who may, where, and what the event will say.
const aliasTargets = sql("artifact_alias_targets", `
  select entity.id as entity_id, entity.name as entity_name, project.id as project_id, project.name as project_name,
    collection.id as collection_id, collection.name as collection_name, collection.kind as collection_kind, type.name as type_name,
    membership.id as membership_id, membership.version_index, artifact.metadata, role_in_project($1, project.id) as role
  from unnest($3::text[], $4::text[], $5::text[]) as named (entity, project, collection)
  join entities as entity on lower(entity.name) = lower(named.entity)
  join projects as project on project.entity_id = entity.id and project.name = named.project
  join artifact_collections as collection on collection.project_id = project.id and collection.name = named.collection
  join artifact_types as type on type.id = collection.type_id
  join artifact_memberships as membership on membership.collection_id = collection.id and membership.artifact_id = $2
  join artifacts as artifact on artifact.id = membership.artifact_id`);

// An alias that is there already is left alone and not told of, so `returning` names exactly the newly placed ones. The
// order of the rows is the order of the locks: two requests that move the same aliases cannot wait for each other.
const upsertAliases = sql("artifact_aliases_upsert", `
  insert into artifact_aliases (entity_id, collection_id, alias, membership_id, created_by)
  select wanted.entity_id, wanted.collection_id, wanted.alias, wanted.membership_id, wanted.user_id
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) as wanted (entity_id, collection_id, alias, membership_id, user_id)
  order by wanted.collection_id, wanted.alias
  on conflict (collection_id, alias) do update set membership_id = excluded.membership_id, created_by = excluded.created_by, updated_at = now()
    where artifact_aliases.membership_id is distinct from excluded.membership_id
  returning membership_id, alias`);

const removeAliases = sql("artifact_aliases_delete", `
  delete from artifact_aliases as held using unnest($1::bigint[], $2::text[]) as unwanted (membership_id, alias)
  where held.membership_id = unwanted.membership_id and held.alias = unwanted.alias`);

const keepAliases = sql("artifact_aliases_keep", `
  delete from artifact_aliases where membership_id = any($1::bigint[]) and not alias = any($2::text[])`);

export type AliasRow = { alias_id: number; alias: string; artifact_id: number; membership_id: number } & CollectionRow;

const aliasesOfArtifacts = sql("artifact_aliases_of_artifacts", `
  select alias.id as alias_id, alias.alias, membership.artifact_id, membership.id as membership_id, ${collectionColumns}
  from artifact_memberships as membership
  join artifact_aliases as alias on alias.membership_id = membership.id
  join artifact_collections as collection on collection.id = membership.collection_id ${collectionSources}
  where membership.artifact_id = any($2::bigint[])
  order by alias.id`);

const aliasesOfCollection = sql("artifact_aliases_of_collection", `
  select id as alias_id, alias from artifact_aliases where collection_id = $1 order by id limit $2 offset $3`);

export function findAliasTargets(db: Querier, userId: number, artifactId: number, named: readonly CollectionName[]): Promise<AliasTarget[]> {
  return db.query<AliasTarget>(aliasTargets, [userId, artifactId, named.map(({ entity }) => entity), named.map(({ project }) => project), named.map(({ collection }) => collection)]);
}

export type WantedAlias = { entityId: number; collectionId: number; membershipId: number; alias: string; userId: number };

/** Puts aliases on versions, taking them from others; each at most once per call. Gives those that were not there before. */
export function placeAliases(tx: Transaction, wanted: readonly WantedAlias[]): Promise<{ membership_id: number; alias: string }[]> {
  return tx.query(upsertAliases, [wanted.map(({ entityId }) => entityId), wanted.map(({ collectionId }) => collectionId), wanted.map(({ alias }) => alias), wanted.map(({ membershipId }) => membershipId), wanted.map(({ userId }) => userId)]);
}

export async function deleteAliasRows(tx: Transaction, unwanted: readonly { membershipId: number; alias: string }[]): Promise<void> {
  await tx.query(removeAliases, [unwanted.map(({ membershipId }) => membershipId), unwanted.map(({ alias }) => alias)]);
}

/** Takes every alias but these from the memberships. */
export async function deleteOtherAliases(tx: Transaction, membershipIds: readonly number[], kept: readonly string[]): Promise<void> {
  await tx.query(keepAliases, [membershipIds, kept]);
}

export function listAliasesOfArtifacts(db: Querier, userId: number, artifactIds: readonly number[]): Promise<AliasRow[]> {
  return db.query<AliasRow>(aliasesOfArtifacts, [userId, artifactIds]);
}

export function listAliasesOfCollection(db: Querier, collectionId: number, page: { limit: number; offset: number }): Promise<{ alias_id: number; alias: string }[]> {
  return db.query(aliasesOfCollection, [collectionId, page.limit, page.offset]);
}
