import type { Transaction } from "../../db/database.ts";
import { deleteOtherAliases } from "../../db/queries/artifact-aliases.ts";
import { addArtifactTags, removeArtifactTags, updateArtifactRow } from "../../db/queries/artifact-edit.ts";
import { findMemberRowOfArtifact } from "../../db/queries/artifact-find.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { Member } from "./capture-artifact.ts";
import { captureAliases, captureTags } from "./capture-artifact.ts";
import { checkAliases, checkDescription, checkMetadata, checkTags, checkTtl } from "./check-input.ts";
import { requireArtifact } from "./permissions.ts";

/** Null, or an empty list of tags, leaves what it stands for as it is. */
export type ArtifactUpdate = {
  artifactId: number | null;
  description: string | null;
  metadata: string | null;
  /** `to` null inherits the project's, 0 keeps for ever. */
  ttlSeconds: { to: number | null } | null;
  tagsToAdd: readonly string[];
  tagsToDelete: readonly string[];
  /** What the version is to be called in its source collection: these and no others. */
  aliases: readonly string[] | null;
};

/** Changes what is said about a version; its content never changes. Needs the role member in its own project. */
export async function updateArtifact(services: Pick<Services, "db" | "pipeline" | "limits">, viewer: Viewer, given: ArtifactUpdate): Promise<ArtifactRow> {
  const input = check(services, given);
  const artifact = await requireArtifact(services.db, viewer, input.artifactId, "member");
  if (artifact.state === "DELETED") throw conflict("The version was deleted.");
  await services.db.transaction(async (tx) => {
    await updateArtifactRow(tx, artifact.id, input);
    await updateTags(services, tx, viewer, { artifact, ...input });
    const member = input.aliases === null ? null : await findMemberRowOfArtifact(tx, viewer.userId, { collectionId: artifact.sequence_id, artifactId: artifact.id });
    if (member === null || input.aliases === null) return;
    await deleteOtherAliases(tx, [member.membership_id], input.aliases);
    await captureAliases(services, tx, [{ viewer, member: memberOf(member, member.membership_id), aliases: input.aliases }]);
  });
  return requireArtifact(services.db, viewer, artifact.id, "viewer");
}

async function updateTags(services: Pick<Services, "pipeline">, tx: Transaction, viewer: Viewer, { artifact, tagsToAdd, tagsToDelete }: Pick<ArtifactUpdate, "tagsToAdd" | "tagsToDelete"> & { artifact: ArtifactRow }): Promise<void> {
  const added = await addArtifactTags(tx, artifact.entity_id, artifact.id, tagsToAdd);
  const removed = await removeArtifactTags(tx, artifact.id, tagsToDelete);
  await captureTags(services, tx, { type: "ADD_ARTIFACT_TAG", viewer, artifactId: artifact.id, tags: added });
  await captureTags(services, tx, { type: "REMOVE_ARTIFACT_TAG", viewer, artifactId: artifact.id, tags: removed });
}

function check({ limits }: Pick<Services, "limits">, input: ArtifactUpdate): ArtifactUpdate {
  checkDescription(input.description);
  checkTtl(input.ttlSeconds?.to ?? null);
  if (input.metadata !== null) checkMetadata(input.metadata, limits);
  return {
    ...input, tagsToAdd: checkTags(input.tagsToAdd, "tagsToAdd"), tagsToDelete: checkTags(input.tagsToDelete, "tagsToDelete"),
    aliases: input.aliases === null ? null : checkAliases(input.aliases, "aliases"),
  };
}

const memberOf = (artifact: ArtifactRow, membershipId: number): Member => ({
  membershipId, artifactId: artifact.id, versionIndex: artifact.version_index ?? 0, metadata: artifact.metadata,
  collectionId: artifact.sequence_id, collectionName: artifact.sequence_name, collectionKind: "sequence", artifactType: artifact.type_name,
  projectId: artifact.project_id, projectName: artifact.project_name, entityId: artifact.entity_id, entityName: artifact.entity_name,
});
