import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";
import type { ArtifactState, CollectionKind } from "./artifact-rows.ts";

// The update that changes nothing makes `returning` give the row that another transaction inserted meanwhile.
const ensureType = sql("artifact_types_ensure", `
  insert into artifact_types (entity_id, project_id, name, description) values ($1, $2, $3, $4)
  on conflict (project_id, name) do update set name = excluded.name returning id, name`);

const findCollection = sql("artifact_collections_to_join", `
  select collection.id, collection.kind, collection.type_id, type.name as type_name
  from artifact_collections as collection join artifact_types as type on type.id = collection.type_id
  where collection.project_id = $1 and collection.name = $2`);

const insertCollection = sql("artifact_collections_insert", `
  insert into artifact_collections (entity_id, project_id, kind, name, type_id, client_id, created_by) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (project_id, name) do nothing`);

const duplicate = sql("artifacts_duplicate", `
  select artifact.id, membership.id as membership_id, artifact.version_index, artifact.metadata
  from artifacts as artifact join artifact_memberships as membership on membership.artifact_id = artifact.id and membership.collection_id = artifact.sequence_id
  where artifact.sequence_id = $1 and artifact.digest = $2 and artifact.state = 'COMMITTED' order by artifact.id desc limit 1`);

const pendingOfClient = sql("artifacts_pending_of_client", `
  select artifact.id from artifact_client_ids as given join artifacts as artifact on artifact.id = given.artifact_id
  where given.client_id = $2 and artifact.sequence_id = $1 and artifact.state = 'PENDING' and artifact.digest = $3 and artifact.distributed_id is null`);

const pendingOfGroup = sql("artifacts_pending_of_group", `
  select id from artifacts where sequence_id = $1 and distributed_id = $2 and state = 'PENDING'`);

const insertArtifact = sql("artifacts_insert", `
  insert into artifacts (entity_id, project_id, sequence_id, digest, description, metadata, history_step, ttl_seconds, distributed_id, pending_aliases, created_by_run, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[], $11, $12) on conflict (sequence_id, distributed_id) where state = 'PENDING' and distributed_id is not null do nothing
  returning id`);

const insertClientId = sql("artifact_client_ids_insert", `
  insert into artifact_client_ids (client_id, artifact_id, entity_id) values ($1, $2, $3) on conflict do nothing`);

const addPendingAliases = sql("artifacts_add_pending_aliases", `
  update artifacts set pending_aliases = array(select distinct unnest(pending_aliases || $2::text[])) where id = $1 and state = 'PENDING'`);

type Place = { entityId: number; projectId: number };
export type JoinedCollection = { id: number; kind: CollectionKind; type_id: number; type_name: string };

export async function ensureArtifactType(tx: Transaction, place: Place, name: string, description: string | null = null): Promise<{ id: number; name: string }> {
  const [row] = await tx.query<{ id: number; name: string }>(ensureType, [place.entityId, place.projectId, name, description]);
  if (row === undefined) throw new Error("an upsert gave no row");
  return row;
}

export async function findCollectionToJoin(tx: Transaction, projectId: number, name: string): Promise<JoinedCollection | null> {
  return (await tx.query<JoinedCollection>(findCollection, [projectId, name]))[0] ?? null;
}

export type NewCollection = Place & { kind: CollectionKind; name: string; typeId: number; clientId: string | null; userId: number };

export async function insertCollectionIfAbsent(tx: Transaction, input: NewCollection): Promise<void> {
  await tx.query(insertCollection, [input.entityId, input.projectId, input.kind, input.name, input.typeId, input.clientId, input.userId]);
}

export type DuplicateRow = { id: number; membership_id: number; version_index: number; metadata: string };

export async function findDuplicate(tx: Transaction, sequenceId: number, digest: string): Promise<DuplicateRow | null> {
  return (await tx.query<DuplicateRow>(duplicate, [sequenceId, digest]))[0] ?? null;
}

/** The upload that this request began before, or that another member of its group began. */
export async function findPending(tx: Transaction, sequenceId: number, by: { clientId: string | null; digest: string; distributedId: string | null }): Promise<{ id: number } | null> {
  if (by.distributedId !== null) return (await tx.query<{ id: number }>(pendingOfGroup, [sequenceId, by.distributedId]))[0] ?? null;
  return by.clientId === null ? null : ((await tx.query<{ id: number }>(pendingOfClient, [sequenceId, by.clientId, by.digest]))[0] ?? null);
}

export type NewArtifact = Place & {
  sequenceId: number;
  digest: string;
  description: string | null;
  metadata: string;
  historyStep: number | null;
  ttlSeconds: number | null;
  distributedId: string | null;
  aliases: readonly string[];
  runId: number | null;
  userId: number;
};

/** Null when another member of the group was faster. */
export async function insertArtifactRow(tx: Transaction, input: NewArtifact): Promise<{ id: number } | null> {
  const values = [input.entityId, input.projectId, input.sequenceId, input.digest, input.description, input.metadata, input.historyStep, input.ttlSeconds, input.distributedId, input.aliases, input.runId, input.userId];
  return (await tx.query<{ id: number }>(insertArtifact, values))[0] ?? null;
}

export async function addClientId(tx: Transaction, clientId: string, artifactId: number, entityId: number): Promise<void> {
  await tx.query(insertClientId, [clientId, artifactId, entityId]);
}

export async function addPendingAliasRows(tx: Transaction, artifactId: number, aliases: readonly string[]): Promise<void> {
  await tx.query(addPendingAliases, [artifactId, aliases]);
}

export type CreatedState = { id: number; state: ArtifactState };
