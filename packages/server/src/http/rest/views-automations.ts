import { findEventType } from "@bellhop/contract";
import type { AutomationActionInput, MetricConditionInput, ScopeInput, automationSchema } from "@bellhop/contract";
import type { z } from "zod";
import { invalidAt } from "../../domain/failure.ts";
import { isRegistryName, registryPrefix } from "../../domain/names.ts";
import type { ActionInput, SavedAction, SavedAutomation, Scope, ScopeAddress } from "../../features/automations/index.ts";
import { watchesMetrics } from "../../features/automations/index.ts";
import { isRecord } from "../../kit/cast.ts";
import { isUuid } from "../../kit/ids.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { metricFilterText, showMetricFilter } from "./views-metrics.ts";

/** How automations look over REST, and how what REST says of them is read. */

type Shown = z.input<typeof automationSchema>;

export const showAutomation = (automation: SavedAutomation): Shown => ({
  id: automation.id,
  name: automation.name,
  description: automation.description,
  enabled: automation.enabled,
  scope: showScope(automation.scope),
  event: showEvent(automation.event),
  cooldownSeconds: automation.cooldownSeconds,
  action: showAction(automation.action),
  revision: automation.revision,
  createdBy: automation.createdBy,
  createdAt: automation.createdAt.toISOString(),
  updatedAt: automation.updatedAt?.toISOString() ?? null,
  lastExecution: automation.lastExecution === null ? null : { ...automation.lastExecution, createdAt: automation.lastExecution.createdAt.toISOString() },
});

function showEvent({ type, filter }: SavedAutomation["event"]): Shown["event"] {
  const name = findEventType(type)?.friendlyName ?? type;
  const stored = objectOf(filter);
  if (watchesMetrics(type)) return { type: name, ...showMetricFilter(stored) };
  if (type !== "RUN_STATE") return { type: name, filter: stored };
  const run = stored["run_filter"];
  const states = isRecord(stored["run_state_filter"]) ? stored["run_state_filter"]["states"] : [];
  return { type: name, filter: typeof run === "string" ? objectOf(run) : isRecord(run) ? run : {}, states: Array.isArray(states) ? states.map(String) : [] };
}

type EventInput = { type?: string; filter: Record<string, unknown>; states?: readonly string[]; metrics?: readonly MetricConditionInput[] };

/**
 * The filter's text, as the SDK would write it. The events of runs have two parts on the wire: the states or the
 * conditions over metrics, and the filter over the run, which is a text within the text.
 */
export function filterTextOf({ type, filter, states, metrics }: EventInput): string {
  if (metrics !== undefined && states === undefined) return metricFilterText(type, filter, metrics);
  if (metrics !== undefined) throw invalidAt("event.states", "cannot stand beside event.metrics");
  if (states === undefined) return JSON.stringify(filter);
  if (type !== undefined && type !== "RUN_STATE") throw invalidAt("event.states", `does not belong to an event of type ${type}`);
  return JSON.stringify({ run_filter: JSON.stringify({ $and: Object.keys(filter).length === 0 ? [] : [filter] }), run_state_filter: { states } });
}

function showScope({ kind, id, entity, entityKind, organization, project, collection }: Scope): Shown["scope"] {
  const registry = project !== null && isRegistryName(project) ? project.slice(registryPrefix.length) : null;
  const names = { id, entity, organization, project, registry, collection };
  switch (kind) {
    case "collection":
      return { type: "collection", ...names };
    case "project":
      return { type: registry === null ? "project" : "registry", ...names };
    case "entity":
      return { type: entityKind === "organization" ? "organization" : "team", ...names };
  }
}

const showAction = (action: SavedAction): Shown["action"] =>
  action.type === "NO_OP" ? { type: "no_op" } : { type: "webhook", webhook: action.webhook, payload: action.payload === null ? null : objectOf(action.payload) };

/** Stored texts were checked to be JSON objects when they were saved. */
function objectOf(text: string): Record<string, unknown> {
  const json = parseTolerantJson(text);
  return json.ok && isRecord(json.value) ? json.value : {};
}

/** Where a scope is, of what REST says of it. Throws invalid for a name that is missing. */
export function scopeAddressOf(scope: ScopeInput): ScopeAddress {
  const { type, id } = scope;
  const need = (name: "entity" | "project" | "collection" | "organization" | "registry" | "team"): string => {
    const value = scope[name];
    if (value === undefined) throw invalidAt(`scope.${name}`, `is required for the scope of a ${type}, unless it is given by id`);
    return value;
  };
  if (id !== undefined) return { kind: type === "collection" ? "collection" : type === "project" || type === "registry" ? "project" : "entity", id };
  switch (type) {
    case "collection":
      return scope.registry === undefined
        ? { entity: need("entity"), project: need("project"), collection: need("collection") }
        : { organization: need("organization"), registry: scope.registry, collection: need("collection") };
    case "project":
      return { entity: need("entity"), project: need("project") };
    case "registry":
      return { organization: need("organization"), registry: need("registry") };
    case "team":
      return { entity: need("team") };
    case "organization":
      return { organization: need("organization") };
  }
}

type PlaceQuery = { [Name in "team" | "entity" | "project" | "organization" | "registry" | "collection"]?: string };

/** Where to look for automations; undefined for everywhere. Throws invalid for a name without the one that it lies in. */
export function placeOf({ team, entity, project, organization, registry, collection }: PlaceQuery): ScopeAddress | undefined {
  if (organization !== undefined && registry === undefined && collection === undefined) return { organization };
  if (organization !== undefined && registry !== undefined) return { organization, registry, ...(collection === undefined ? {} : { collection }) };
  if (registry !== undefined) throw invalidAt("organization", "is required beside registry");
  const owner = entity ?? team;
  if (owner === undefined && project !== undefined) throw invalidAt("entity", "is required beside project");
  if (collection !== undefined && (owner === undefined || project === undefined)) throw invalidAt("project", "is required beside collection, or organization and registry");
  if (owner === undefined) return undefined;
  return { entity: owner, ...(project === undefined ? {} : { project }), ...(collection === undefined ? {} : { collection }) };
}

export const actionOf = (action: AutomationActionInput): ActionInput =>
  action.type === "no_op"
    ? { type: "NO_OP" }
    : {
        type: "GENERIC_WEBHOOK",
        webhook: isUuid(action.webhook) ? { id: action.webhook } : { team: action.team ?? null, name: action.webhook },
        payload: action.payload === null || action.payload === undefined ? null : JSON.stringify(action.payload),
      };
