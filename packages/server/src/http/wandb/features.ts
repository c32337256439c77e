/**
 * What this server can do, in the client's words (ServerFeature of the SDK). The client asks once and picks its
 * documents by it, so a name stands here only when everything that the client then sends is served.
 */
export const automationFeatures = [
  "AUTOMATION_ACTION_NO_OP",
  "QUERY_AUTOMATIONS_ON_ENTITY",
  "AUTOMATION_SCOPE_ENTITY",
  "AUTOMATION_EVENT_UNLINK_ARTIFACT",
  "AUTOMATION_EVENT_ADD_ARTIFACT_TAG",
  "AUTOMATION_EVENT_REMOVE_ARTIFACT_TAG",
  "AUTOMATION_EVENT_ADD_COLLECTION_TAG",
  "AUTOMATION_EVENT_REMOVE_COLLECTION_TAG",
  "AUTOMATION_EVENT_RUN_STATE",
] as const;

export const artifactFeatures = [
  "LARGE_FILENAMES",
  "ARTIFACT_TAGS",
  "CLIENT_IDS",
  "ARTIFACT_REGISTRY_SEARCH",
  "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
  "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
  "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
  "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION",
  "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
  "TOTAL_COUNT_IN_FILE_CONNECTION",
  "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
] as const;

export const serverFeatures: readonly string[] = [...artifactFeatures, ...automationFeatures];
