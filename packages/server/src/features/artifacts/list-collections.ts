import { listAliasesOfArtifacts, listAliasesOfCollection } from "../../db/queries/artifact-aliases.ts";
import type { AliasRow } from "../../db/queries/artifact-aliases.ts";
import type { CollectionOrder, PlaceRow, RegistryRow, TypeRow } from "../../db/queries/artifact-lists.ts";
import { countCollectionRows, isCollectionOrder, listCollectionRows, listPlaces, listRegistries, listTypes } from "../../db/queries/artifact-lists.ts";
import type { CollectionKind, CollectionRow, MemberRow } from "../../db/queries/artifact-rows.ts";
import { collectionFields, registryFields } from "../../domain/artifact-fields.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { encodeId } from "../../domain/global-id.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { Listed, ListInput } from "./list-versions.ts";
import { listVersions } from "./list-versions.ts";
import { readFilter, readOrder } from "./read-filter.ts";

type Needs = Pick<Services, "db">;
export type CollectionsOf = { projectIds: readonly number[]; type: string | null; kinds: readonly CollectionKind[] };

const orderAliases: Readonly<Record<string, CollectionOrder>> = { createdAt: "created_at", updatedAt: "updated_at" };

/** The collections of projects that the viewer sees; the newest first, unless an order was given. */
export async function listCollections(services: Needs, viewer: Viewer, scope: CollectionsOf, input: ListInput): Promise<Listed<CollectionRow>> {
  const filter = readFilter(input.filters, "filters", collectionFields);
  const order = readOrder(input.order, { fallback: "id", aliases: orderAliases, known: isCollectionOrder });
  const page = filter === null ? { limit: input.limit, offset: input.offset } : { limit: null, offset: 0 };
  const rows = await listCollectionRows(services.db, viewer.userId, { ...scope, order, page });
  if (filter === null) return { rows, total: () => countCollectionRows(services.db, scope) };
  const matching = rows.filter((row) => evaluate(filter, (field) => collectionValue(row, field)));
  return { rows: matching.slice(input.offset, input.offset + input.limit), total: async () => matching.length };
}

/** The collections of an entity's registries, chosen by a filter of registries and one of collections. */
export async function listRegistryCollections(services: Needs, viewer: Viewer, scope: RegistryScope, input: ListInput): Promise<Listed<CollectionRow>> {
  const projectIds = await chooseRegistries(services, viewer, scope);
  return listCollections(services, viewer, { projectIds, type: null, kinds: scope.kinds }, input);
}

/** The versions in an entity's registries, each with the collection that it is found in. */
export async function listRegistryVersions(services: Needs, viewer: Viewer, scope: RegistryScope & { collectionFilters: string | null | undefined }, input: ListInput): Promise<Listed<{ member: MemberRow; collection: CollectionRow }>> {
  const projectIds = await chooseRegistries(services, viewer, scope);
  const all = { filters: scope.collectionFilters, order: null, limit: Number.MAX_SAFE_INTEGER, offset: 0 };
  const { rows: collections } = await listCollections(services, viewer, { projectIds, type: null, kinds: scope.kinds }, all);
  const byId = new Map(collections.map((collection) => [collection.id, collection]));
  const { rows, total } = await listVersions(services, viewer, [...byId.keys()], input);
  const found = rows.flatMap((member) => {
    const collection = byId.get(member.collection_id);
    return collection === undefined ? [] : [{ member, collection }];
  });
  return { rows: found, total };
}

export type RegistryScope = { entityId: number; projectFilters: string | null | undefined; kinds: readonly CollectionKind[] };

async function chooseRegistries(services: Needs, viewer: Viewer, scope: RegistryScope): Promise<number[]> {
  const filter = readFilter(scope.projectFilters, "projectFilters", registryFields);
  const registries = await listRegistries(services.db, viewer.userId, scope.entityId);
  return registries.filter((row) => row.role !== null && holds(filter, row)).map(({ id }) => id);
}

const holds = (filter: Filter | null, row: RegistryRow): boolean => filter === null || evaluate(filter, (field) => registryValue(row, field));

function registryValue(row: RegistryRow, field: string): unknown {
  switch (field) {
    case "id": return row.id;
    case "entity_id": return row.entity_id;
    case "name": return row.name;
    case "description": return row.description ?? undefined;
    case "created_at": return row.created_at.toISOString();
    case "updated_at": return row.updated_at.toISOString();
    default: return undefined;
  }
}

function collectionValue(row: CollectionRow, field: string): unknown {
  switch (field) {
    case "id": return encodeId("ArtifactCollection", row.id);
    case "name": return row.name;
    case "description": return row.description ?? undefined;
    case "type": return row.type_name;
    case "tag": return row.tags.map(({ tag }) => tag);
    case "state": return "READY";
    case "created_at": return row.created_at.toISOString();
    case "updated_at": return row.updated_at.toISOString();
    default: return undefined;
  }
}

/** The collections that hold a version, as far as the viewer sees them. */
export async function listCollectionsOfArtifact(services: Needs, viewer: Viewer, artifactId: number): Promise<PlaceRow[]> {
  return (await listPlaces(services.db, viewer.userId, artifactId)).filter(({ role }) => role !== null);
}

/** The aliases of versions, in every collection that the viewer sees. */
export async function listAliases(services: Needs, viewer: Viewer, artifactIds: readonly number[]): Promise<AliasRow[]> {
  return (await listAliasesOfArtifacts(services.db, viewer.userId, artifactIds)).filter(({ role }) => role !== null);
}

export function listCollectionAliases(services: Needs, collectionId: number, page: { limit: number; offset: number }): Promise<{ alias_id: number; alias: string }[]> {
  return listAliasesOfCollection(services.db, collectionId, page);
}

/** The types of a project that the viewer sees; all, or the one of that name. */
export function listArtifactTypes(services: Needs, projectId: number, which: { name: string | null; limit: number; offset: number }): Promise<TypeRow[]> {
  return listTypes(services.db, projectId, which);
}
