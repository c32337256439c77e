import { violates } from "../../db/database.ts";
import { deleteCollectionRow, setCollectionType, updateCollectionRow } from "../../db/queries/artifact-collections.ts";
import { ensureArtifactType } from "../../db/queries/artifact-create.ts";
import type { CollectionKind } from "../../db/queries/artifact-rows.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { checkDescription, checkNames, nameAt } from "./check-input.ts";
import type { VisibleCollection } from "./permissions.ts";
import { requireCollection } from "./permissions.ts";

type Which = { id: number | null; kind: CollectionKind };

/** Renames or describes a collection; null leaves a value as it is. Needs the role member. */
export async function updateCollection(services: Pick<Services, "db">, viewer: Viewer, input: Which & { name: string | null; description: string | null }): Promise<VisibleCollection> {
  const collection = await requireCollection(services.db, viewer, input, "member");
  checkNames([input.name === null ? null : nameAt("collection", input.name, "name")]);
  checkDescription(input.description);
  try {
    await services.db.transaction((tx) => {
      noEvent("no automation watches a collection's name");
      return updateCollectionRow(tx, collection.id, input);
    });
  } catch (error) {
    if (violates(error, "artifact_collections_project_id_name_key")) throw conflict(`There is another collection "${input.name ?? ""}" in "${collection.entity_name}/${collection.project_name}".`);
    throw error;
  }
  return requireCollection(services.db, viewer, input, "viewer");
}

/** Gives a sequence, and so its versions, another type; made in its project if there is none of that name. Needs the role member. */
export async function moveSequence(services: Pick<Services, "db">, viewer: Viewer, input: { id: number | null; type: string }): Promise<VisibleCollection> {
  const which: Which = { id: input.id, kind: "sequence" };
  const sequence = await requireCollection(services.db, viewer, which, "member");
  checkNames([nameAt("artifactType", input.type, "destinationArtifactTypeName")]);
  await services.db.transaction(async (tx) => {
    noEvent("no automation watches a collection's type");
    const type = await ensureArtifactType(tx, { entityId: sequence.entity_id, projectId: sequence.project_id }, input.type);
    await setCollectionType(tx, sequence.id, type.id);
  });
  return requireCollection(services.db, viewer, which, "viewer");
}

/** Deletes a collection; with a sequence go its versions, also from where they are linked. Needs the role member. */
export async function deleteCollection(services: Pick<Services, "db">, viewer: Viewer, which: Which): Promise<VisibleCollection> {
  const collection = await requireCollection(services.db, viewer, which, "member");
  await services.db.transaction((tx) => {
    noEvent("no automation watches a collection being deleted");
    return deleteCollectionRow(tx, collection.id);
  });
  return collection;
}
