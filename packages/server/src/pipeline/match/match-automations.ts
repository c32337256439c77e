import type { Candidate } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { ParsedEventFilter } from "../../domain/filter/event-filter.ts";
import { parseEventFilter } from "../../domain/filter/event-filter.ts";

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
  const field = (name: string): unknown => fieldOf(event, name);
  for (const automation of candidates) {
    const filter = compile(event.type, automation.eventFilter);
    if (!filter.ok) matched.skips.push({ automation, reason: "filter_unreadable" });
    else if (evaluate(filter.eventFilter.filter, field)) matched.firings.push({ automation });
  }
  return matched;
}

/** What a filter's field sees of an event; undefined where the event has no such thing. */
function fieldOf(event: Event, name: string): unknown {
  switch (name) {
    case "alias":
      return event.subject.kind === "artifact" ? (event.subject.alias ?? undefined) : undefined;
    case "tag":
      return event.subject.tag ?? undefined;
    case "artifact_type":
      return event.subject.artifactType;
    case "artifact_collection_name":
      return event.subject.collectionName;
    case "user":
      return event.author;
    default:
      return undefined;
  }
}
