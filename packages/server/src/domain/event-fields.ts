import type { Event, RunSubject, Subject } from "./event.ts";
import type { Subject as FilterSubject } from "./filter/filter.ts";
import { valueAt } from "./run-history.ts";

/** What the fields of a filter see of an event: of the version or collection, or of the run. Matching and explaining both ask here. */
export const fieldsOf = ({ subject, author }: Event): FilterSubject =>
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

/** Keys of config and summary may be nested, with dots. */
function runField(subject: RunSubject, name: string): unknown {
  switch (name) {
    case "display_name":
      return subject.displayName;
    case "user":
      return subject.user;
    case "state":
      return subject.state;
    case "tags":
      return subject.tags;
    default:
      if (name.startsWith("config.")) return valueAt(subject.config, name.slice("config.".length));
      return name.startsWith("summary.") ? valueAt(subject.summary, name.slice("summary.".length)) : undefined;
  }
}
