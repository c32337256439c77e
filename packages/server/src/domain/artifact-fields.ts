import { fieldCatalogue } from "./filter/field-catalogue.ts";

/** What filters of lists may name; the aliases are the other spellings that the SDK's filters use. */
export const registryFields = fieldCatalogue({
  exact: ["id", "name", "description", "created_at", "updated_at", "entity_id"],
  aliases: { project_id: "id" },
});

export const collectionFields = fieldCatalogue({
  exact: ["id", "name", "description", "type", "tag", "state", "created_at", "updated_at"],
  aliases: { artifact_collection_id: "id", collection_id: "id", collection_name: "name", artifact_collection_name: "name", tags: "tag", createdAt: "created_at", updatedAt: "updated_at" },
});

export const versionFields = fieldCatalogue({
  exact: ["id", "version", "tag", "alias", "type", "state", "digest", "size", "created_at", "updated_at", "linked_at", "metadata"],
  prefixes: ["metadata."],
  aliases: {
    artifact_id: "id", version_index: "version", versionIndex: "version", tags: "tag", aliases: "alias", artifact_size: "size", artifact_created_at: "created_at",
    createdAt: "created_at", updatedAt: "updated_at", acm_created_at: "linked_at", artifact_metadata: "metadata", "artifact_metadata.": "metadata.",
  },
});
