import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

const acceptedTypes = sql("artifact_types_accepted", `
  select project.allow_all_artifact_types as all, exists (select 1 from artifact_types as type where type.project_id = project.id and type.name = $2) as listed
  from projects as project where project.id = $1`);

// Links of one version into one portfolio take turns at the portfolio's row: the second finds the first's membership.
const lockPortfolio = sql("artifact_collections_lock", "select id from artifact_collections where id = $1 for update");

const existing = sql("artifact_memberships_existing", "select id, version_index from artifact_memberships where collection_id = $1 and artifact_id = $2");

const insert = sql("artifact_memberships_insert", `
  with counter as (
    update artifact_collections set next_version = next_version + 1, updated_at = now() where id = $1 returning id, entity_id, next_version - 1 as version_index
  )
  insert into artifact_memberships (entity_id, collection_id, artifact_id, version_index, created_by)
  select entity_id, id, $2, version_index, $3 from counter returning id, version_index`);

// The shared lock keeps the version from being deleted while it is linked.
const committed = sql("artifacts_committed_lock", "select id from artifacts where id = $1 and state = 'COMMITTED' for share");

const unlink = sql("artifact_memberships_delete", "delete from artifact_memberships where collection_id = $1 and artifact_id = $2 returning id");

export async function acceptsType(tx: Transaction, projectId: number, type: string): Promise<boolean> {
  const [row] = await tx.query<{ all: boolean; listed: boolean }>(acceptedTypes, [projectId, type]);
  return row !== undefined && (row.all || row.listed);
}

export type Membership = { id: number; version_index: number; inserted: boolean };

/** The version's place in the portfolio, made if there is none; null when portfolio or version are gone. */
export async function joinPortfolio(tx: Transaction, input: { portfolioId: number; artifactId: number; userId: number }): Promise<Membership | null> {
  if ((await tx.query(committed, [input.artifactId])).length === 0) return null;
  if ((await tx.query(lockPortfolio, [input.portfolioId])).length === 0) return null;
  const [found] = await tx.query<{ id: number; version_index: number }>(existing, [input.portfolioId, input.artifactId]);
  if (found !== undefined) return { ...found, inserted: false };
  const [made] = await tx.query<{ id: number; version_index: number }>(insert, [input.portfolioId, input.artifactId, input.userId]);
  return made === undefined ? null : { ...made, inserted: true };
}

export async function leavePortfolio(tx: Transaction, portfolioId: number, artifactId: number): Promise<boolean> {
  return (await tx.query(unlink, [portfolioId, artifactId])).length > 0;
}
