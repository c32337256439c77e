import type { Candidate } from "../../domain/automation.ts";
import { fieldsOf } from "../../domain/event-fields.ts";
import type { Event } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import type { EventFilter, ParsedEventFilter } from "../../domain/filter/event-filter.ts";
import { parseEventFilter } from "../../domain/filter/event-filter.ts";

export type Matched = { firings: Firing[]; skips: Skip[] };

const cacheSize = 20_000;

/** Filters compiled once, by event type and text: automations change seldom, events come all the time. */
const compiled = new Map<string, ParsedEventFilter>();

/** The condition of an automation, compiled, or why it cannot be read. */
export function compile(eventType: string, text: string): ParsedEventFilter {
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
    else if (filter.eventFilter.family === "run_hook" && filter.eventFilter.problem !== null) matched.skips.push({ automation, reason: "hook_invalid" });
    else if (!holds(filter.eventFilter, event)) continue;
    else if (event.subject.kind === "run" && event.subject.metric?.heldBack === true) matched.skips.push({ automation, reason: "cooldown" });
    else if (isAboutItsWebhook(automation, event)) matched.skips.push({ automation, reason: "own_webhook" });
    else matched.firings.push({ automation });
  }
  return matched;
}

/** Whether the condition holds for the event. */
export function holds(filter: EventFilter, event: Event): boolean {
  const { subject } = event;
  switch (filter.family) {
    case "mutation":
      return (subject.kind === "artifact" || subject.kind === "collection") && evaluate(filter.filter, fieldsOf(event));
    case "webhook":
      return subject.kind === "webhook" && evaluate(filter.filter, fieldsOf(event));
    case "run_metric":
      // Judged where the values came in: the event is there because this automation's conditions and its run filter held.
      return subject.kind === "run" && subject.metric !== null;
    case "run_state":
      return subject.kind === "run" && subject.entered !== null && filter.states.includes(subject.entered) && evaluate(filter.run, fieldsOf(event));
    case "run_hook":
      return subject.kind === "run";
  }
}

/** Whoever is told that a webhook fails through that webhook is not told, and its failure would raise the next event. */
const isAboutItsWebhook = ({ webhookId }: Candidate, { subject }: Event): boolean => subject.kind === "webhook" && subject.webhookId === webhookId;
