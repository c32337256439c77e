import type { Candidate } from "../../domain/automation.ts";
import type { ArtifactSubject, CollectionSubject, Event, RunSubject } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { EventFilter, ParsedEventFilter } from "../../domain/filter/event-filter.ts";
import { parseEventFilter } from "../../domain/filter/event-filter.ts";
import { webhookField } from "../../domain/filter/webhook-filter.ts";
import { valueAt } from "../../domain/run-history.ts";

export type Matched = { firings: Firing[]; skips: Skip[] };

const cacheSize = 20_000;

/** Filters compiled once, by event type and text: automations change seldom, events come all the time. */
const compiled = new Map<string, ParsedEventFilter>();

function compile(eventType: string, text: string): ParsedEventFilter {
  const key = `${eventType} ${text}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const fresh = parseEventFilter(eventType, text);
  if (compiled.size >= cacheSize) compiled.clear();
  compiled.set(key, fresh);
  return fresh;
}

/** Which of the automations in scope fire for the event. An automation whose filter does not hold appears in neither list. */
export function match(event: Event, candidates: readonly Candidate[]): Matched {
  const matched: Matched = { firings: [], skips: [] };
  for (const automation of candidates) {
    const filter = compile(event.type, automation.eventFilter);
    if (!filter.ok) matched.skips.push({ automation, reason: "filter_unreadable" });
    else if (!holds(filter.eventFilter, event)) continue;
    else if (isAboutItsWebhook(automation, event)) matched.skips.push({ automation, reason: "own_webhook" });
    else matched.firings.push({ automation });
  }
  return matched;
}

function holds(filter: EventFilter, { subject, author }: Event): boolean {
  switch (filter.family) {
    case "mutation":
      return (subject.kind === "artifact" || subject.kind === "collection") && evaluate(filter.filter, (name) => collectionField(subject, author, name));
    case "webhook":
      return subject.kind === "webhook" && evaluate(filter.filter, (name) => webhookField(subject, name));
    case "run_state":
      return subject.kind === "run" && filter.states.includes(subject.entered) && evaluate(filter.run, (name) => runField(subject, name));
  }
}

/** Whoever is told that a webhook fails through that webhook is not told, and its failure would raise the next event. */
const isAboutItsWebhook = ({ webhookId }: Candidate, { subject }: Event): boolean => subject.kind === "webhook" && subject.webhookId === webhookId;

/** What a filter's field sees of an event about a version or a collection; undefined where it has no such thing. */
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

/** What a run filter's field sees of a run. Keys of config and summary may be nested, with dots. */
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
