import { findEventType } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { z } from "zod";
import type { AutomationRow } from "../../db/queries/automations.ts";
import type { AuditDetails } from "../../domain/audit.ts";
import { automationActionSchema } from "../../domain/automation.ts";
import type { ExecutionStatus } from "../../domain/execution.ts";
import type { ScopeKind } from "../../domain/event.ts";

export type EntityKind = "user" | "team" | "organization";

/** Where an automation stands, with the names on the way to it. */
export type Scope = {
  kind: ScopeKind;
  id: number;
  entity: string;
  entityKind: EntityKind;
  /** Name of the organization, where the scope is the organization's or in one of its registries. */
  organization: string | null;
  project: string | null;
  collection: string | null;
  collectionKind: "sequence" | "portfolio" | null;
};

export type SavedAction =
  | {
      type: "GENERIC_WEBHOOK";
      /** Name and team are null when the webhook was deleted; the URL also where the viewer has no role in that team. */
      webhook: { id: string; name: string | null; team: string | null; url: string | null };
      /** Text of a JSON object. */
      payload: string | null;
    }
  | { type: "NO_OP" };

export type SavedAutomation = {
  id: string;
  name: string;
  description: string | null;
  enabled: boolean;
  scope: Scope;
  /** The filter as it was sent, letter by letter. */
  event: { type: EventType; filter: string };
  /** For automations over metrics: how long it stays silent about a run after it fired for it; null: the server's default. */
  cooldownSeconds: number | null;
  action: SavedAction;
  revision: number;
  createdBy: string | null;
  createdAt: Date;
  /** Null until the first edit. */
  updatedAt: Date | null;
  lastExecution: { id: string; status: ExecutionStatus; createdAt: Date } | null;
};

export function automationOf(row: AutomationRow): SavedAutomation {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    enabled: row.enabled,
    scope: scopeOf(row),
    event: { type: eventTypeOf(row), filter: row.event_filter },
    cooldownSeconds: row.cooldown_seconds,
    action: actionOf(row),
    revision: row.revision,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastExecution: lastExecutionOf(row),
  };
}

/** What the audit log tells of an automation. */
export const auditedAutomation = ({ name, description, enabled, scope, event, action, revision }: SavedAutomation): AuditDetails => ({
  name,
  description,
  enabled,
  scope: [scope.kind, scope.entity, scope.project, scope.collection].filter((part) => part !== null).join("/"),
  event: event.type,
  filter: event.filter,
  action: action.type,
  webhook: action.type === "GENERIC_WEBHOOK" ? action.webhook.id : null,
  payload: action.type === "GENERIC_WEBHOOK" ? action.payload : null,
  revision,
});

const scopeOf = (row: AutomationRow): Scope => ({
  kind: row.scope_kind,
  id: row.scope_id,
  entity: row.entity_name,
  entityKind: row.entity_kind,
  organization: row.organization_name,
  project: row.project_name,
  collection: row.collection_name,
  collectionKind: row.collection_kind,
});

function eventTypeOf(row: AutomationRow): EventType {
  const known = findEventType(row.event_type);
  if (known === undefined) throw new Error(`Automation ${row.id} watches the unknown event type ${row.event_type}.`);
  return known.type;
}

function actionOf(row: AutomationRow): SavedAction {
  const action = z.parse(automationActionSchema, row.action);
  if (action.type === "NO_OP") return action;
  return { type: action.type, webhook: { id: action.webhookId, name: row.webhook_name, team: row.webhook_team, url: row.webhook_url }, payload: action.payload };
}

const lastExecutionOf = (row: AutomationRow): SavedAutomation["lastExecution"] =>
  row.last_execution_id === null || row.last_execution_status === null || row.last_execution_at === null
    ? null
    : { id: row.last_execution_id, status: row.last_execution_status, createdAt: row.last_execution_at };
