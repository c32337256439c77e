import type { RunSubject } from "./event.ts";
import { valueAt } from "./run-history.ts";

/** What a run filter's field sees of a run. Keys of config and summary may be nested, with dots. */
export function runField(subject: RunSubject, name: string): unknown {
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
