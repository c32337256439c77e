import { findEventType } from "@bellhop/contract";
import type { EventFamily, EventType } from "@bellhop/contract";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { WatchedRunState } from "../event.ts";
import type { MetricCondition } from "../metrics/condition.ts";
import { metricEventTypes } from "../metrics/watch.ts";
import { mutationFields } from "./event-fields.ts";
import type { Filter } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";
import type { Problem } from "./problem.ts";
import { readRunMetricFilter } from "./run-metric-filter.ts";
import { webhookFields } from "./webhook-filter.ts";
import { readRunStateFilter } from "./run-state-filter.ts";

/** The compiled condition of an automation; each family of events has its own. */
export type EventFilter =
  | { readonly family: "mutation"; readonly filter: Filter }
  /** All conditions come to hold at the latest values of a run that `run` describes. */
  | { readonly family: "run_metric"; readonly conditions: readonly MetricCondition[]; readonly run: Filter }
  | { readonly family: "webhook"; readonly filter: Filter }
  /** The run enters one of the states, and is of those that `run` describes. */
  | { readonly family: "run_state"; readonly states: readonly WatchedRunState[]; readonly run: Filter }
  /** A run's own hook: fires with each event of its type, unless it has a problem, which is then told. */
  | { readonly family: "run_hook"; readonly problem: string | null; readonly stateless: boolean };

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
  if (text.length > longestText) return refused(`longer than ${longestText} characters`);
  const json = parseTolerantJson(text);
  if (!json.ok) return refused(`not JSON: ${json.message}, at character ${json.offset}`);
  return readers[event.family](json.value, event.type);
}

type Reader = (json: unknown, eventType: EventType) => ParsedEventFilter;

const readers: Readonly<Record<EventFamily, Reader>> = {
  mutation: readMutationFilter,
  run_metric: readRunMetric,
  run_state: readRunState,
  run_hook: readRunHook,
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

function readRunMetric(json: unknown, eventType: EventType): ParsedEventFilter {
  const type = metricEventTypes.find((known) => known === eventType);
  if (type === undefined) return refused(`${eventType} has no conditions over metrics`);
  const parsed = readRunMetricFilter(json, type);
  return parsed.ok ? { ok: true, eventFilter: { family: "run_metric", conditions: parsed.conditions, run: parsed.run } } : parsed;
}

function readRunState(json: unknown): ParsedEventFilter {
  const parsed = readRunStateFilter(json);
  return parsed.ok ? { ok: true, eventFilter: { family: "run_state", states: parsed.states, run: parsed.run } } : parsed;
}

/** `{}`, or `{"problem": "…"}` for a hook that cannot be carried out, `stateless` where it names no state; see domain/run-hook.ts. */
function readRunHook(json: unknown): ParsedEventFilter {
  if (!isRecord(json)) return refused("must be an object");
  const { problem, stateless } = json;
  return { ok: true, eventFilter: { family: "run_hook", problem: typeof problem === "string" ? problem : null, stateless: stateless === true } };
}

const refused = (message: string): ParsedEventFilter => ({ ok: false, problems: [{ path: "", message }] });
