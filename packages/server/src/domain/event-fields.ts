import type { Event, RunSubject, Subject } from "./event.ts";
import type { Subject as FilterSubject } from "./filter/filter.ts";
import { runField } from "./run-field.ts";

/** What the fields of a filter see of an event: of the version or collection, or of the run. Matching and explaining both ask here. */
export const fieldsOf = ({ subject, author }: Pick<Event, "subject" | "author">): FilterSubject =>
  subject.kind === "run" ? (name) => runField(subject, name) : (name) => collectionField(subject, author, name);

/** Undefined where the version or the collection has no such thing. */
function collectionField(subject: Exclude<Subject, RunSubject>, author: string, name: string): unknown {
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
