import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type CommittedRow = {
  membership_id: number;
  version_index: number;
  entity_id: number;
  sequence_id: number;
  pending_aliases: string[];
  metadata: string;
  collection_name: string;
  type_name: string;
};

// The version's row is locked first: of two commits of one version the second finds it committed and takes no index.
// Commits of other versions of the sequence then wait at its counter, so indexes have no gaps and no doubles.
const commit = sql("artifacts_commit", `
  with pending as (
    select id, sequence_id from artifacts where id = $1 and state = 'PENDING' for update
  ), counter as (
    update artifact_collections as sequence set next_version = next_version + 1, updated_at = now()
    from pending where sequence.id = pending.sequence_id
    returning sequence.id, sequence.name, sequence.type_id, sequence.next_version - 1 as version_index
  ), committed as (
    update artifacts as artifact set state = 'COMMITTED', version_index = counter.version_index, manifest_id = $2, size_bytes = $3, file_count = $4,
      committed_at = now(), updated_at = now()
    from counter where artifact.id = $1
    returning artifact.id, artifact.entity_id, artifact.sequence_id, artifact.version_index, artifact.pending_aliases, artifact.metadata
  ), membership as (
    insert into artifact_memberships (entity_id, collection_id, artifact_id, version_index, created_by)
    select entity_id, sequence_id, id, version_index, $5 from committed returning id
  )
  select membership.id as membership_id, committed.version_index, committed.entity_id, committed.sequence_id, committed.pending_aliases, committed.metadata,
    counter.name as collection_name, type.name as type_name
  from committed, membership, counter join artifact_types as type on type.id = counter.type_id`);

export type CommitInput = { artifactId: number; manifestId: number; sizeBytes: number; fileCount: number; userId: number };

/** Null when the version is not pending (any more). */
export async function commitArtifactRow(tx: Transaction, input: CommitInput): Promise<CommittedRow | null> {
  return (await tx.query<CommittedRow>(commit, [input.artifactId, input.manifestId, input.sizeBytes, input.fileCount, input.userId]))[0] ?? null;
}
