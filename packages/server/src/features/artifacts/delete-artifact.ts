import { deleteArtifactRow, lockArtifact } from "../../db/queries/artifact-edit.ts";
import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { requireArtifact } from "./permissions.ts";

/** Deletes a version, also from where it is linked. Needs the role member; throws conflict for one with aliases unless these may go too. */
export async function deleteArtifact(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; deleteAliases: boolean }): Promise<FoundArtifact> {
  const artifact = await requireArtifact(services.db, viewer, input.artifactId, "member");
  await services.db.transaction(async (tx) => {
    noEvent("a version that is deleted was not unlinked by anybody");
    const current = await lockArtifact(tx, artifact.id);
    if (current === null) throw notFound("Artifact version");
    if (current.aliased && !input.deleteAliases) throw conflict("The version has aliases: delete it together with them (delete_aliases=True), or take them off first.");
    if (current.state !== "DELETED") await deleteArtifactRow(tx, artifact.id);
  });
  return artifact;
}
