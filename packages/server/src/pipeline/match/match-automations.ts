import type { Candidate } from "../../domain/automation.ts";
import type { Event, RunSubject, Subject } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { EventFilter, ParsedEventFilter } from "../../domain/filter/event-filter.ts";
import { parseEventFilter } from "../../domain/filter/event-filter.ts";
import { runField } from "../../domain/run-field.ts";

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
    else if (event.subject.kind === "run" && event.subject.metric?.heldBack === true) matched.skips.push({ automation, reason: "cooldown" });
    else matched.firings.push({ automation });
  }
  return matched;
}

function holds(filter: EventFilter, { subject, author }: Event): boolean {
  switch (filter.family) {
    case "mutation":
      return subject.kind !== "run" && evaluate(filter.filter, (name) => collectionField(subject, author, name));
    case "run_metric":
      // Judged where the values came in: the event is there because this automation's conditions and its run filter held.
      return subject.kind === "run" && subject.metric !== null;
    case "run_state":
      return subject.kind === "run" && subject.entered !== null && filter.states.includes(subject.entered) && evaluate(filter.run, (name) => runField(subject, name));
  }
}

/** What a filter's field sees of an event about a version or a collection; undefined where it has no such thing. */
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
