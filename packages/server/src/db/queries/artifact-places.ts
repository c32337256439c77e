import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { CollectionKind } from "./artifact-rows.ts";

/** A version's place in one collection, with what an event says of it. */
export type PlaceRow = {
  membership_id: number;
  artifact_id: number;
  version_index: number;
  metadata: string;
  collection_id: number;
  collection_name: string;
  collection_kind: CollectionKind;
  type_name: string;
  project_id: number;
  project_name: string;
  entity_id: number;
  entity_name: string;
};

const placesOfArtifact = sql("artifact_places", `
  select membership.id as membership_id, membership.artifact_id, membership.version_index, artifact.metadata,
    collection.id as collection_id, collection.name as collection_name, collection.kind as collection_kind, type.name as type_name,
    project.id as project_id, project.name as project_name, entity.id as entity_id, entity.name as entity_name
  from artifact_memberships as membership
  join artifacts as artifact on artifact.id = membership.artifact_id
  join artifact_collections as collection on collection.id = membership.collection_id
  join artifact_types as type on type.id = collection.type_id
  join projects as project on project.id = collection.project_id
  join entities as entity on entity.id = project.entity_id
  where membership.artifact_id = $1 and ($2::bigint is null or membership.collection_id = $2)
  order by membership.id`);

/** Where a committed version can be found: its sequence first, then its portfolios; or its place in one collection. */
export const findPlaces = (tx: Transaction, artifactId: number, collectionId: number | null = null): Promise<PlaceRow[]> => tx.query<PlaceRow>(placesOfArtifact, [artifactId, collectionId]);
