import { findEventType } from "@bellhop/contract";
import { encodeId } from "../../../domain/global-id.ts";
import type { SavedAction, SavedAutomation, Scope } from "../../../features/automations/index.ts";
import { isRecord } from "../../../kit/cast.ts";
import { parseTolerantJson } from "../../../kit/json-tolerant.ts";
import { integrationNode } from "./integration.ts";

/** An automation, as the wire names it. */
export const triggerNode = (automation: SavedAutomation): object => ({
  __typename: "Trigger",
  id: automation.id,
  createdAt: automation.createdAt.toISOString(),
  updatedAt: automation.updatedAt?.toISOString() ?? null,
  name: automation.name,
  description: automation.description,
  enabled: automation.enabled,
  scope: scopeNode(automation.scope),
  triggeringCondition: {
    __typename: "FilterEventTriggeringCondition",
    eventType: automation.event.type,
    filter: wireFilter(automation.event),
  },
  triggeredAction: actionNode(automation.action),
});

/** Filters of events about runs go back as they were sent; others within a member of their own. */
const wireFilter = ({ type, filter }: SavedAutomation["event"]): string => (findEventType(type)?.subject === "run" ? filter : JSON.stringify({ filter: inSdkShape(filter) }));

/** What clients select of a scope: its id, equal to that of the object itself, its name, and what kind of entity. */
function scopeNode({ kind, id, entity, entityKind, project, collection, collectionKind }: Scope): object {
  switch (kind) {
    case "collection":
      return { __typename: collectionKind === "portfolio" ? "ArtifactPortfolio" : "ArtifactSequence", id: encodeId("ArtifactCollection", id), name: collection };
    case "project":
      return { __typename: "Project", id: encodeId("Project", id), name: project };
    case "entity":
      return { __typename: "Entity", id: encodeId("Entity", id), name: entity, entityType: entityKind };
  }
}

function actionNode(action: SavedAction): object {
  switch (action.type) {
    case "GENERIC_WEBHOOK":
      return { __typename: "GenericWebhookTriggeredAction", integration: integrationNode(action.webhook), requestPayload: action.payload };
    case "NO_OP":
      return { __typename: "NoOpTriggeredAction", noOp: true };
  }
}

/**
 * The filter's text in the one shape that the SDK reads, `{"$or":[{"$and":[…]}]}`; of any other it makes, without an
 * error, an empty filter. What the SDK sent itself goes back letter by letter.
 */
export function inSdkShape(filter: string): string {
  const json = parseTolerantJson(filter);
  if (!json.ok || hasSdkShape(json.value)) return filter;
  const isEmpty = isRecord(json.value) && Object.keys(json.value).length === 0;
  return `{"$or":[{"$and":[${isEmpty ? "" : filter}]}]}`;
}

function hasSdkShape(value: unknown): boolean {
  const alternatives = onlyMember(value, "$or");
  return Array.isArray(alternatives) && alternatives.length === 1 && Array.isArray(onlyMember(alternatives[0], "$and"));
}

const onlyMember = (value: unknown, key: string): unknown => (isRecord(value) && Object.keys(value).length === 1 ? value[key] : undefined);
