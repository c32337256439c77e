import { findEventType } from "@bellhop/contract";
import type { EventFamily } from "@bellhop/contract";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { WatchedRunState } from "../event.ts";
import { mutationFields } from "./event-fields.ts";
import type { Filter } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";
import type { Problem } from "./problem.ts";
import { webhookFields } from "./webhook-filter.ts";
import { readRunStateFilter } from "./run-state-filter.ts";

/** The compiled condition of an automation; each family of events has its own. */
export type EventFilter =
  | { readonly family: "mutation"; readonly filter: Filter }
  | { readonly family: "webhook"; readonly filter: Filter }
  /** The run enters one of the states, and is of those that `run` describes. */
  | { readonly family: "run_state"; readonly states: readonly WatchedRunState[]; readonly run: Filter };

export type ParsedEventFilter = { ok: true; eventFilter: EventFilter } | { ok: false; problems: readonly Problem[] };

/** In UTF-16 units. */
const longestText = 262_144;

/**
 * Reads the text that a client sent as an automation's filter: the SDK's `{"$or":[{"$and":[…]}]}`, or any filter.
 * The text itself is stored as it came, since clients compare what they get back.
 */
export function parseEventFilter(eventType: string, text: string): ParsedEventFilter {
  const event = findEventType(eventType);
  if (event === undefined) return refused(`unknown event type ${JSON.stringify(eventType)}`);
  const read = readers[event.family];
  if (read === undefined) return refused(`filters of ${event.type} are not supported yet`);
  if (text.length > longestText) return refused(`longer than ${longestText} characters`);
  const json = parseTolerantJson(text);
  if (!json.ok) return refused(`not JSON: ${json.message}, at character ${json.offset}`);
  return read(json.value);
}

type Reader = (json: unknown) => ParsedEventFilter;

/** One reader per family: a family without one has no filters yet. */
const readers: Readonly<Record<EventFamily, Reader | undefined>> = {
  mutation: readMutationFilter,
  run_metric: undefined,
  run_state: readRunState,
  run_hook: undefined,
  webhook: readWebhookEvent,
};

function readMutationFilter(json: unknown): ParsedEventFilter {
  const parsed = parseFilter(json, mutationFields);
  return parsed.ok ? { ok: true, eventFilter: { family: "mutation", filter: parsed.filter } } : parsed;
}

function readWebhookEvent(json: unknown): ParsedEventFilter {
  const parsed = parseFilter(json, webhookFields);
  return parsed.ok ? { ok: true, eventFilter: { family: "webhook", filter: parsed.filter } } : parsed;
}

function readRunState(json: unknown): ParsedEventFilter {
  const parsed = readRunStateFilter(json);
  return parsed.ok ? { ok: true, eventFilter: { family: "run_state", states: parsed.states, run: parsed.run } } : parsed;
}

const refused = (message: string): ParsedEventFilter => ({ ok: false, problems: [{ path: "", message }] });
