import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { findRunId, recordRunArtifact } from "../../db/queries/artifact-runs.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireProject } from "../access/index.ts";
import type { Services } from "../services.ts";
import { requireArtifact } from "./permissions.ts";

/** Records that a run read a version. Needs the role member in the run's project, and to see the version. */
export async function useArtifact(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; entity: string; project: string; run: string; usedAs: string | null }): Promise<FoundArtifact> {
  const artifact = await requireArtifact(services.db, viewer, input.artifactId, "viewer");
  if (artifact.state === "DELETED") throw conflict("The version was deleted.");
  const project = await requireProject(services.db, viewer, { entity: input.entity, name: input.project }, "member");
  const runId = await findRunId(services.db, project.id, input.run);
  if (runId === null) throw notFound(`Run "${project.entity_name}/${project.name}/${input.run}"`);
  await recordRunArtifact(services.db, { runId, artifactId: artifact.id, direction: "input", entityId: project.entity_id, usedAs: input.usedAs });
  return artifact;
}
