import type { ArtifactRunRow, Direction } from "../../db/queries/artifact-runs.ts";
import { countArtifactsOfRun, findRunOfArtifact, listArtifactsOfRun, listRunsOfArtifact } from "../../db/queries/artifact-runs.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { Listed } from "./list-versions.ts";

type Needs = Pick<Services, "db">;
export type VisibleRun = ArtifactRunRow & { role: Role };

/** The run that logged a version, if the viewer sees that run. */
export async function findMaker(services: Needs, viewer: Viewer, artifact: { created_by_run: number | null }): Promise<VisibleRun | null> {
  const run = artifact.created_by_run === null ? null : await findRunOfArtifact(services.db, viewer.userId, artifact.created_by_run);
  return run === null || run.role === null ? null : { ...run, role: run.role };
}

/** The runs that used a version, as far as the viewer sees them. */
export async function listUsers(services: Needs, viewer: Viewer, artifactId: number): Promise<VisibleRun[]> {
  const runs = await listRunsOfArtifact(services.db, viewer.userId, artifactId, "input");
  return runs.flatMap((run) => (run.role === null ? [] : [{ ...run, role: run.role }]));
}

/** The committed versions that a run, which the viewer sees, has read or logged. */
export async function listRunArtifacts(services: Needs, viewer: Viewer, which: { runId: number; direction: Direction; limit: number; offset: number }): Promise<Listed<ArtifactRow>> {
  const rows = await listArtifactsOfRun(services.db, viewer.userId, which);
  return { rows, total: () => countArtifactsOfRun(services.db, which.runId, which.direction) };
}
