import type { ArtifactSubject, CollectionSubject, Event } from "./event.ts";
import type { Subject as FilterSubject } from "./filter/filter.ts";
import { webhookField } from "./filter/webhook-filter.ts";
import { runField } from "./run-field.ts";

/** What the fields of a filter see of an event: of the version or collection, of the run, or of the webhook. Matching and explaining both ask here. */
export function fieldsOf({ subject, author }: Pick<Event, "subject" | "author">): FilterSubject {
  switch (subject.kind) {
    case "artifact":
    case "collection":
      return (name) => collectionField(subject, author, name);
    case "run":
      return (name) => runField(subject, name);
    case "webhook":
      return (name) => webhookField(subject, name);
  }
}

/** Undefined where the version or the collection has no such thing. */
function collectionField(subject: ArtifactSubject | CollectionSubject, author: string, name: string): unknown {
  switch (name) {
    case "alias":
      return subject.kind === "artifact" ? (subject.alias ?? undefined) : undefined;
    case "tag":
      return subject.tag ?? undefined;
    case "artifact_type":
      return subject.artifactType;
    case "artifact_collection_name":
      return subject.collectionName;
    case "user":
      return author;
    default:
      return undefined;
  }
}
