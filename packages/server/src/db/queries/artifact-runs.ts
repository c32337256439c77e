import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { ArtifactRow } from "./artifact-rows.ts";
import { artifactColumns, artifactSources } from "./artifact-rows.ts";

export type Direction = "input" | "output";
export type ArtifactRunRow = { id: number; name: string; project_id: number; project_name: string; entity_id: number; entity_name: string; role: Role | null };

const runByName = sql("artifact_runs_by_name", "select id from runs where project_id = $1 and name = $2");

const record = sql("artifact_runs_record", `
  insert into run_artifacts (run_id, artifact_id, direction, entity_id, used_as) values ($1, $2, $3, $4, $5) on conflict (run_id, direction, artifact_id) do nothing`);

const runColumns = `
  run.id, run.name, run.project_id, project.name as project_name, run.entity_id, entity.name as entity_name, role_in_project($1, run.project_id) as role`;
const runSources = "join projects as project on project.id = run.project_id join entities as entity on entity.id = run.entity_id";

const runById = sql("artifact_runs_by_id", `select ${runColumns} from runs as run ${runSources} where run.id = $2`);

const runsOf = sql("artifact_runs_of_artifact", `
  select ${runColumns} from run_artifacts as used join runs as run on run.id = used.run_id ${runSources}
  where used.artifact_id = $2 and used.direction = $3 order by used.created_at, run.id`);

const artifactsOf = sql("artifact_runs_artifacts", `
  select ${artifactColumns} from run_artifacts as used join artifacts as artifact on artifact.id = used.artifact_id ${artifactSources}
  where used.run_id = $2 and used.direction = $3 and artifact.state = 'COMMITTED' order by used.created_at, artifact.id limit $4 offset $5`);

const countOf = sql("artifact_runs_count", `
  select count(*) as total from run_artifacts as used join artifacts as artifact on artifact.id = used.artifact_id
  where used.run_id = $1 and used.direction = $2 and artifact.state = 'COMMITTED'`);

export async function findRunId(db: Querier, projectId: number, name: string): Promise<number | null> {
  return (await db.query<{ id: number }>(runByName, [projectId, name]))[0]?.id ?? null;
}

export async function recordRunArtifact(db: Querier, input: { runId: number; artifactId: number; direction: Direction; entityId: number; usedAs: string | null }): Promise<void> {
  await db.query(record, [input.runId, input.artifactId, input.direction, input.entityId, input.usedAs]);
}

export async function findRunOfArtifact(db: Querier, userId: number, runId: number): Promise<ArtifactRunRow | null> {
  return (await db.query<ArtifactRunRow>(runById, [userId, runId]))[0] ?? null;
}

export function listRunsOfArtifact(db: Querier, userId: number, artifactId: number, direction: Direction): Promise<ArtifactRunRow[]> {
  return db.query<ArtifactRunRow>(runsOf, [userId, artifactId, direction]);
}

export function listArtifactsOfRun(db: Querier, userId: number, which: { runId: number; direction: Direction; limit: number; offset: number }): Promise<ArtifactRow[]> {
  return db.query<ArtifactRow>(artifactsOf, [userId, which.runId, which.direction, which.limit, which.offset]);
}

export async function countArtifactsOfRun(db: Querier, runId: number, direction: Direction): Promise<number> {
  return (await db.query<{ total: number }>(countOf, [runId, direction]))[0]?.total ?? 0;
}
