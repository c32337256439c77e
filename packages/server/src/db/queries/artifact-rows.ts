import type { Role } from "../../domain/viewer.ts";

export type ArtifactState = "PENDING" | "COMMITTED" | "DELETED";
export type CollectionKind = "sequence" | "portfolio";
export type TagRow = { id: number; tag: string };

/** A version with what its source collection says of it. `role` is the asking user's in its source project. */
export type ArtifactRow = {
  id: number;
  entity_id: number;
  entity_name: string;
  project_id: number;
  project_name: string;
  sequence_id: number;
  sequence_name: string;
  type_id: number;
  type_name: string;
  version_index: number | null;
  state: ArtifactState;
  digest: string;
  description: string | null;
  metadata: string;
  size_bytes: number;
  file_count: number;
  history_step: number | null;
  ttl_seconds: number | null;
  manifest_id: number | null;
  created_by_run: number | null;
  created_by: number | null;
  created_at: Date;
  updated_at: Date;
  tags: TagRow[];
  role: Role | null;
};

/** A collection with its project. `role` is the asking user's in that project. */
export type CollectionRow = {
  id: number;
  entity_id: number;
  entity_name: string;
  project_id: number;
  project_name: string;
  kind: CollectionKind;
  name: string;
  type_id: number;
  type_name: string;
  description: string | null;
  created_at: Date;
  updated_at: Date;
  tags: TagRow[];
  role: Role | null;
};

/** A place where a version can be found: the version, and what its membership of one collection adds. */
export type MemberRow = ArtifactRow & { membership_id: number; collection_id: number; member_index: number; linked_at: Date };

// Statements share these lists, so that a row means the same wherever it comes from. $1 is always the asking user.
export const artifactColumns = `
  artifact.id, artifact.entity_id, entity.name as entity_name, artifact.project_id, project.name as project_name,
  artifact.sequence_id, sequence.name as sequence_name, type.id as type_id, type.name as type_name, artifact.version_index, artifact.state,
  artifact.digest, artifact.description, artifact.metadata, artifact.size_bytes, artifact.file_count, artifact.history_step,
  artifact.ttl_seconds, artifact.manifest_id, artifact.created_by_run, artifact.created_by, artifact.created_at, artifact.updated_at,
  coalesce((select json_agg(json_build_object('id', tag.id, 'tag', tag.tag) order by tag.id) from artifact_tags as tag where tag.artifact_id = artifact.id), '[]') as tags,
  role_in_project($1, artifact.project_id) as role`;

export const artifactSources = `
  join artifact_collections as sequence on sequence.id = artifact.sequence_id
  join artifact_types as type on type.id = sequence.type_id
  join projects as project on project.id = artifact.project_id
  join entities as entity on entity.id = artifact.entity_id`;

export const memberColumns = `
  membership.id as membership_id, membership.collection_id, membership.version_index as member_index, membership.created_at as linked_at`;

export const collectionColumns = `
  collection.id, collection.entity_id, owner.name as entity_name, collection.project_id, home.name as project_name, collection.kind,
  collection.name, collection.type_id, collection_type.name as type_name, collection.description, collection.created_at, collection.updated_at,
  coalesce((select json_agg(json_build_object('id', tag.id, 'tag', tag.tag) order by tag.id) from collection_tags as tag where tag.collection_id = collection.id), '[]') as tags,
  role_in_project($1, collection.project_id) as role`;

export const collectionSources = `
  join artifact_types as collection_type on collection_type.id = collection.type_id
  join projects as home on home.id = collection.project_id
  join entities as owner on owner.id = collection.entity_id`;
