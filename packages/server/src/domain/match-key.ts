import type { Change } from "./event.ts";
import { fieldsOf } from "./event-fields.ts";
import { conjuncts } from "./filter/conjuncts.ts";
import type { EventFilter } from "./filter/event-filter.ts";
import { parseEventFilter } from "./filter/event-filter.ts";
import type { Filter } from "./filter/filter.ts";

/** Fields that hold one text in an event, the most telling first. */
const keyedFields = ["alias", "tag", "artifact_collection_name", "display_name", "webhook_name", "webhook_status", "webhook_reason", "user", "artifact_type"] as const;

/** The key of automations of which nothing is known: every event brings it along. */
export const noKey = "";

/**
 * A text that every event brings along for which the filter can hold: `alias=production`. It is found where the filter
 * as a whole asks a field to equal a text.
 */
export function matchKeyOf(eventType: string, filterText: string): string {
  const parsed = parseEventFilter(eventType, filterText);
  return parsed.ok ? keyOfCondition(parsed.eventFilter) : noKey;
}

function keyOfCondition(filter: EventFilter): string {
  switch (filter.family) {
    case "mutation":
    case "webhook":
      return keyOf(filter.filter) ?? noKey;
    case "run_state":
      return keyOf(filter.run) ?? (filter.states.length === 1 ? key("entered", filter.states[0]) : null) ?? noKey;
    case "run_metric":
    case "run_hook":
      return noKey;
  }
}

function keyOf({ root }: Filter): string | null {
  const wanted = conjuncts(root).flatMap((part): [string, unknown][] => {
    if (part.kind !== "clause") return [];
    if (part.operator === "$eq") return [[part.field, part.operand]];
    return part.operator === "$in" && Array.isArray(part.operand) && part.operand.length === 1 ? [[part.field, part.operand[0]]] : [];
  });
  for (const field of keyedFields) {
    for (const [name, operand] of wanted) {
      const found = name === field ? key(field, operand) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/** The keys of the automations that an event may concern. */
export function matchKeysFor(event: Pick<Change, "subject" | "author">): string[] {
  const field = fieldsOf(event);
  const entered = event.subject.kind === "run" ? key("entered", event.subject.entered) : null;
  return [noKey, ...keyedFields.map((name) => key(name, field(name))), entered].filter((found) => found !== null);
}

/** Longer texts make no key: an index has no room for them. */
const longest = 1_000;

/** What PostgreSQL cannot store makes no key either. */
const key = (field: string, value: unknown): string | null => (typeof value === "string" && value.length <= longest && value.isWellFormed() && !value.includes("\0") ? `${field}=${value}` : null);
