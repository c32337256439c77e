import { fieldCatalogue } from "./field-catalogue.ts";

/** What filters of artifact and collection events may name. `alias` and `tag` are what the event is about. */
export const mutationFields = fieldCatalogue({ exact: ["alias", "tag", "artifact_type", "artifact_collection_name", "user"] });

/** What run filters may name. The aliases are those of the SDK's queries for runs. */
export const runFields = fieldCatalogue({
  exact: ["display_name", "user", "state", "tags"],
  prefixes: ["config.", "summary."],
  aliases: { "summary_metrics.": "summary.", displayName: "display_name", username: "user" },
});
