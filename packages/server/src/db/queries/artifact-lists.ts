import type { Querier, Sql } from "../database.ts";
import { sql } from "../database.ts";
import type { CollectionRow, MemberRow } from "./artifact-rows.ts";
import { artifactColumns, artifactSources, collectionColumns, collectionSources, memberColumns } from "./artifact-rows.ts";

/** Null is no limit. */
export type Page = { limit: number | null; offset: number };

// One statement per order: a planner that sees the column can use its index, one that sees `case $n` cannot.
const memberOrders = {
  id: "membership.id", version: "membership.version_index", created_at: "artifact.created_at", updated_at: "artifact.updated_at", linked_at: "membership.created_at", size: "artifact.size_bytes",
} as const;
const collectionOrders = { id: "collection.id", name: "collection.name", created_at: "collection.created_at", updated_at: "collection.updated_at" } as const;

export type MemberOrder = keyof typeof memberOrders;
export type CollectionOrder = keyof typeof collectionOrders;
export type Ordered<Field extends string> = { field: Field; descending: boolean };
export const isMemberOrder = (name: string): name is MemberOrder => Object.hasOwn(memberOrders, name);
export const isCollectionOrder = (name: string): name is CollectionOrder => Object.hasOwn(collectionOrders, name);

const direction = (descending: boolean): "asc" | "desc" => (descending ? "desc" : "asc");

const members = ({ field, descending }: Ordered<MemberOrder>): Sql => sql(`artifact_members_by_${field}_${direction(descending)}`, `
  select ${artifactColumns}, ${memberColumns}
  from artifact_memberships as membership join artifacts as artifact on artifact.id = membership.artifact_id ${artifactSources}
  where membership.collection_id = any($2::bigint[])
  order by ${memberOrders[field]} ${direction(descending)}, membership.id ${direction(descending)} limit $3 offset $4`);

const collections = ({ field, descending }: Ordered<CollectionOrder>): Sql => sql(`artifact_collections_by_${field}_${direction(descending)}`, `
  select ${collectionColumns} from artifact_collections as collection ${collectionSources}
  where collection.project_id = any($2::bigint[]) and ($3::text is null or collection_type.name = $3) and collection.kind = any($4::text[])
  order by ${collectionOrders[field]} ${direction(descending)}, collection.id ${direction(descending)} limit $5 offset $6`);

const countMembers = sql("artifact_members_count", "select count(*) as total from artifact_memberships where collection_id = any($1::bigint[])");

const countCollections = sql("artifact_collections_count", `
  select count(*) as total from artifact_collections as collection join artifact_types as type on type.id = collection.type_id
  where collection.project_id = any($1::bigint[]) and ($2::text is null or type.name = $2) and collection.kind = any($3::text[])`);

const placesOfArtifact = sql("artifact_members_places", `
  select membership.id as membership_id, membership.version_index as member_index, membership.created_at as linked_at, ${collectionColumns}
  from artifact_memberships as membership join artifact_collections as collection on collection.id = membership.collection_id ${collectionSources}
  where membership.artifact_id = $2 order by membership.id`);

const types = sql("artifact_types_list", `
  select id, name, description, created_at from artifact_types where project_id = $1 and ($2::text is null or name = $2) order by id limit $3 offset $4`);

const registries = sql("artifact_registries", `
  select id, entity_id, name, description, created_at, updated_at, role_in_project($1, id) as role
  from projects where entity_id = $2 and name like 'wandb-registry-%' order by id`);

export type TypeRow = { id: number; name: string; description: string | null; created_at: Date };
export type PlaceRow = CollectionRow & { membership_id: number; member_index: number; linked_at: Date };
export type RegistryRow = { id: number; entity_id: number; name: string; description: string | null; created_at: Date; updated_at: Date; role: string | null };
export type CollectionScope = { projectIds: readonly number[]; type: string | null; kinds: readonly string[] };

export function listMemberRows(db: Querier, userId: number, input: { collectionIds: readonly number[]; order: Ordered<MemberOrder>; page: Page }): Promise<MemberRow[]> {
  return db.query<MemberRow>(members(input.order), [userId, input.collectionIds, input.page.limit, input.page.offset]);
}

export function listCollectionRows(db: Querier, userId: number, input: CollectionScope & { order: Ordered<CollectionOrder>; page: Page }): Promise<CollectionRow[]> {
  return db.query<CollectionRow>(collections(input.order), [userId, input.projectIds, input.type, input.kinds, input.page.limit, input.page.offset]);
}

export async function countMemberRows(db: Querier, collectionIds: readonly number[]): Promise<number> {
  return (await db.query<{ total: number }>(countMembers, [collectionIds]))[0]?.total ?? 0;
}

export async function countCollectionRows(db: Querier, scope: CollectionScope): Promise<number> {
  return (await db.query<{ total: number }>(countCollections, [scope.projectIds, scope.type, scope.kinds]))[0]?.total ?? 0;
}

/** Everywhere that the version can be found; the caller leaves out what the user may not see. */
export function listPlaces(db: Querier, userId: number, artifactId: number): Promise<PlaceRow[]> {
  return db.query<PlaceRow>(placesOfArtifact, [userId, artifactId]);
}

export function listTypes(db: Querier, projectId: number, which: Page & { name: string | null }): Promise<TypeRow[]> {
  return db.query<TypeRow>(types, [projectId, which.name, which.limit, which.offset]);
}

export function listRegistries(db: Querier, userId: number, entityId: number): Promise<RegistryRow[]> {
  return db.query<RegistryRow>(registries, [userId, entityId]);
}
