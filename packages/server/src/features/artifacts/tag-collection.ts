import { addCollectionTags, findCollectionTags, removeCollectionTags } from "../../db/queries/artifact-collections.ts";
import type { TagRow } from "../../db/queries/artifact-rows.ts";
import type { Change } from "../../domain/event.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireProject } from "../access/index.ts";
import type { Services } from "../services.ts";
import { checkTags } from "./check-input.ts";
import type { VisibleCollection } from "./permissions.ts";
import { findVisibleCollection } from "./permissions.ts";

export type CollectionTags = { entity: string; project: string; collection: string; tags: readonly string[] };

/** Puts tags on a collection. Needs the role member. Gives the tags that were named. Captures ADD_COLLECTION_TAG for those that were not there. */
export async function addTagsToCollection(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: CollectionTags): Promise<TagRow[]> {
  const collection = await requireNamed(services, viewer, input);
  const tags = checkTags(input.tags, "tags");
  await services.db.transaction(async (tx) => {
    const added = await addCollectionTags(tx, collection.entity_id, collection.id, tags);
    await services.pipeline.captureChange(tx, ...changesOf("ADD_COLLECTION_TAG", viewer, collection, added));
  });
  return findCollectionTags(services.db, collection.id, tags);
}

/** Takes tags from a collection; one that is not there is taken already. Needs the role member. Captures REMOVE_COLLECTION_TAG for those that were there. */
export async function removeTagsFromCollection(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: CollectionTags): Promise<void> {
  const collection = await requireNamed(services, viewer, input);
  await services.db.transaction(async (tx) => {
    const removed = await removeCollectionTags(tx, collection.id, input.tags);
    await services.pipeline.captureChange(tx, ...changesOf("REMOVE_COLLECTION_TAG", viewer, collection, removed));
  });
}

const changesOf = (type: "ADD_COLLECTION_TAG" | "REMOVE_COLLECTION_TAG", viewer: Viewer, collection: VisibleCollection, tags: readonly string[]): Change[] =>
  tags.map((tag) => ({
    type,
    author: viewer.username,
    causedBy: viewer.causedBy,
    subject: {
      kind: "collection", tag,
      collectionId: collection.id, collectionName: collection.name, collectionKind: collection.kind, artifactType: collection.type_name,
      projectId: collection.project_id, projectName: collection.project_name, entityId: collection.entity_id, entityName: collection.entity_name,
    },
  }));

async function requireNamed(services: Pick<Services, "db">, viewer: Viewer, input: CollectionTags): Promise<VisibleCollection> {
  const project = await requireProject(services.db, viewer, { entity: input.entity, name: input.project }, "member");
  const collection = await findVisibleCollection(services.db, viewer, { projectId: project.id, name: input.collection });
  if (collection === null) throw notFound(`Artifact collection "${input.collection}"`);
  return collection;
}
