import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { ArtifactRow, CollectionRow, MemberRow } from "./artifact-rows.ts";
import { artifactColumns, artifactSources, collectionColumns, collectionSources, memberColumns } from "./artifact-rows.ts";

/** Whether the user sees the version at least through a collection that it is linked into. */
export type FoundArtifact = ArtifactRow & { linked: boolean };

const linkedWhere = `
  case when artifact.state <> 'COMMITTED' then false else exists (
    select 1 from artifact_memberships as link join artifact_collections as portfolio on portfolio.id = link.collection_id
    where link.artifact_id = artifact.id and portfolio.project_id <> artifact.project_id and role_in_project($1, portfolio.project_id) is not null) end as linked`;

const artifactById = sql("artifacts_by_id", `
  select ${artifactColumns}, ${linkedWhere} from artifacts as artifact ${artifactSources} where artifact.id = $2`);

const artifactByClientId = sql("artifacts_by_client_id", `
  select ${artifactColumns}, ${linkedWhere} from artifact_client_ids as given join artifacts as artifact on artifact.id = given.artifact_id ${artifactSources}
  where given.client_id = $2 order by artifact.id desc`);

const collectionById = sql("artifact_collections_by_id", `
  select ${collectionColumns} from artifact_collections as collection ${collectionSources} where collection.id = $2`);

const collectionByName = sql("artifact_collections_by_name", `
  select ${collectionColumns} from artifact_collections as collection ${collectionSources} where collection.project_id = $2 and collection.name = $3`);

const collectionByClientId = sql("artifact_collections_by_client_id", `
  select ${collectionColumns} from artifact_collections as collection ${collectionSources} where collection.client_id = $2 order by collection.id desc limit 20`);

// An alias, the version's own name `vN`, or its digest, in this order.
const memberByVersion = sql("artifact_members_by_version", `
  select ${artifactColumns}, ${memberColumns}
  from artifact_memberships as membership join artifacts as artifact on artifact.id = membership.artifact_id ${artifactSources}
  where membership.id = coalesce(
    (select alias.membership_id from artifact_aliases as alias where alias.collection_id = $2 and alias.alias = $3),
    (select numbered.id from artifact_memberships as numbered where numbered.collection_id = $2 and numbered.version_index = $4::integer),
    (select digested.id from artifact_memberships as digested join artifacts as content on content.id = digested.artifact_id
      where digested.collection_id = $2 and content.digest = $3 order by digested.version_index desc limit 1))`);

const memberOfArtifact = sql("artifact_members_of_artifact", `
  select ${artifactColumns}, ${memberColumns}
  from artifact_memberships as membership join artifacts as artifact on artifact.id = membership.artifact_id ${artifactSources}
  where membership.collection_id = $2 and membership.artifact_id = $3`);

const latestOfSequence = sql("artifacts_latest", `
  select ${artifactColumns} from artifacts as artifact ${artifactSources}
  where artifact.sequence_id = $2 and artifact.state = 'COMMITTED' order by artifact.version_index desc limit 1`);

export async function findArtifactRow(db: Querier, userId: number, id: number): Promise<FoundArtifact | null> {
  return (await db.query<FoundArtifact>(artifactById, [userId, id]))[0] ?? null;
}

/** Every version that some client knows by this id: ids of clients are unique only as far as clients are honest. */
export function findArtifactRowsByClientId(db: Querier, userId: number, clientId: string): Promise<FoundArtifact[]> {
  return db.query<FoundArtifact>(artifactByClientId, [userId, clientId]);
}

export async function findCollectionRow(db: Querier, userId: number, which: { id: number } | { projectId: number; name: string }): Promise<CollectionRow | null> {
  const rows = "id" in which ? await db.query<CollectionRow>(collectionById, [userId, which.id]) : await db.query<CollectionRow>(collectionByName, [userId, which.projectId, which.name]);
  return rows[0] ?? null;
}

export function findCollectionRowsByClientId(db: Querier, userId: number, clientId: string): Promise<CollectionRow[]> {
  return db.query<CollectionRow>(collectionByClientId, [userId, clientId]);
}

export async function findMemberRow(db: Querier, userId: number, which: { collectionId: number; version: string; versionIndex: number | null }): Promise<MemberRow | null> {
  return (await db.query<MemberRow>(memberByVersion, [userId, which.collectionId, which.version, which.versionIndex]))[0] ?? null;
}

export async function findMemberRowOfArtifact(db: Querier, userId: number, which: { collectionId: number; artifactId: number }): Promise<MemberRow | null> {
  return (await db.query<MemberRow>(memberOfArtifact, [userId, which.collectionId, which.artifactId]))[0] ?? null;
}

export async function findLatestRow(db: Querier, userId: number, sequenceId: number): Promise<ArtifactRow | null> {
  return (await db.query<ArtifactRow>(latestOfSequence, [userId, sequenceId]))[0] ?? null;
}
