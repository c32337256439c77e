import { addCollectionTags, findCollectionTags, removeCollectionTags } from "../../db/queries/artifact-collections.ts";
import type { TagRow } from "../../db/queries/artifact-rows.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireProject } from "../access/index.ts";
import type { Services } from "../services.ts";
import { checkTags } from "./check-input.ts";
import type { VisibleCollection } from "./permissions.ts";
import { findVisibleCollection } from "./permissions.ts";

export type CollectionTags = { entity: string; project: string; collection: string; tags: readonly string[] };

/** Puts tags on a collection. Needs the role member. Gives the tags that were named. */
export async function addTagsToCollection(services: Pick<Services, "db">, viewer: Viewer, input: CollectionTags): Promise<TagRow[]> {
  const collection = await requireNamed(services, viewer, input);
  const tags = checkTags(input.tags, "tags");
  await services.db.transaction((tx) => {
    noEvent("no automation of this release watches ADD_COLLECTION_TAG");
    return addCollectionTags(tx, collection.entity_id, collection.id, tags);
  });
  return findCollectionTags(services.db, collection.id, tags);
}

/** Takes tags from a collection; one that is not there is taken already. Needs the role member. */
export async function removeTagsFromCollection(services: Pick<Services, "db">, viewer: Viewer, input: CollectionTags): Promise<void> {
  const collection = await requireNamed(services, viewer, input);
  await services.db.transaction((tx) => {
    noEvent("no automation of this release watches REMOVE_COLLECTION_TAG");
    return removeCollectionTags(tx, collection.id, input.tags);
  });
}

async function requireNamed(services: Pick<Services, "db">, viewer: Viewer, input: CollectionTags): Promise<VisibleCollection> {
  const project = await requireProject(services.db, viewer, { entity: input.entity, name: input.project }, "member");
  const collection = await findVisibleCollection(services.db, viewer, { projectId: project.id, name: input.collection });
  if (collection === null) throw notFound(`Artifact collection "${input.collection}"`);
  return collection;
}
