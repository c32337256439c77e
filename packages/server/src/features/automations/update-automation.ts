import { findEventType } from "@bellhop/contract";
import { z } from "zod";
import type { Transaction } from "../../db/database.ts";
import type { AutomationRow, AutomationWrite } from "../../db/queries/automations.ts";
import { authorIsPermitted } from "../../db/queries/delivery-rights.ts";
import { findAutomation, insertAutomationRevision, lockAutomationForChange, storeAutomation } from "../../db/queries/automations.ts";
import type { AutomationAction } from "../../domain/automation.ts";
import { automationActionSchema } from "../../domain/automation.ts";
import { invalid, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAuditOfChange } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { SavedAutomation } from "./automation.ts";
import { auditedAutomation, automationOf } from "./automation.ts";
import type { ActionInput, CheckedAction } from "./check-action.ts";
import { checkAction } from "./check-action.ts";
import type { CheckedEvent } from "./check-event.ts";
import { checkEvent } from "./check-event.ts";
import { textProblems } from "./check-texts.ts";
import { nameTaken } from "./create-automation.ts";
import { cooldownProblems, noteWatchChange, watchesMetrics } from "./metric-watch.ts";
import type { ScopeAddress, VisibleScope } from "./permissions.ts";
import { requireEditor, requireVisibleScope } from "./permissions.ts";

export type AutomationChanges = {
  name?: string;
  /** Null takes the description away. */
  description?: string | null;
  enabled?: boolean;
  scope?: ScopeAddress;
  event?: { type?: string; filter?: string };
  /** Null: the server's default. */
  cooldownSeconds?: number | null;
  action?: ActionInput;
};

/**
 * Changes what is given and leaves the rest. What is given but says nothing new is not checked again and changes
 * nothing, not even updatedAt: the SDK sends everything with every edit; but it makes the viewer the one for whom the
 * automation acts, where whoever did so has lost the rights. Needs the right to edit in the old scope and
 * in the new one.
 */
export async function updateAutomation(services: Pick<Services, "db">, viewer: Viewer, input: { id: string } & AutomationChanges): Promise<SavedAutomation> {
  return services.db.transaction(async (tx) => {
    noEvent("an automation is none of the things that automations watch");
    const { row, scope: oldScope } = await requireAutomation(tx, viewer, input.id);
    const scope = input.scope === undefined ? oldScope : await requireVisibleScope(tx, viewer, input.scope);
    requireEditor(oldScope);
    requireEditor(scope);
    const before = writeOf(row, viewer.userId);
    const after = await apply(tx, viewer, input, { row, before, scope });
    // From an author who has lost the rights, whoever saves it takes it over: without that it would deliver nothing more.
    const stays = await authorIsPermitted(tx, input.id);
    if (stays && sameText(before, after)) return automationOf(row);
    const revision = stays && sameText(meaningOf(before), meaningOf(after)) ? before.revision : before.revision + 1;
    const says = { ...after, revision, conditionVersion: await noteWatchChange(tx, before, after) };
    try {
      await storeAutomation(tx, says);
    } catch (error) {
      throw nameTaken(error, after.name);
    }
    if (says.revision > before.revision) await insertAutomationRevision(tx, says);
    const saved = await findAutomation(tx, viewer.userId, input.id);
    if (saved === null) throw notFound("Automation");
    const result = automationOf(saved);
    await recordAuditOfChange(tx, viewer, { action: "automation.update", entityId: saved.entity_id, object: result, before: auditedAutomation(automationOf(row)), after: auditedAutomation(result) });
    return result;
  });
}

/** The automation, held until the transaction ends, and its scope; not_found where the viewer may not see it. */
export async function requireAutomation(tx: Transaction, viewer: Viewer, id: string): Promise<{ row: AutomationRow; scope: VisibleScope }> {
  if (!isUuid(id)) throw notFound("Automation");
  await lockAutomationForChange(tx, id);
  const row = await findAutomation(tx, viewer.userId, id);
  if (row === null || row.role === null) throw notFound("Automation");
  return { row, scope: await requireVisibleScope(tx, viewer, { kind: row.scope_kind, id: row.scope_id }) };
}

type Edit = { row: AutomationRow; before: AutomationWrite; scope: VisibleScope };

/** Everything as it is to be stored. Throws invalid with all that is wrong with what changes. */
async function apply(tx: Transaction, viewer: Viewer, input: AutomationChanges, { row, before, scope }: Edit): Promise<AutomationWrite> {
  const texts = { name: input.name ?? before.name, description: input.description === undefined ? before.description : input.description };
  const wanted = { type: input.event?.type ?? before.eventType, filter: input.event?.filter ?? before.eventFilter };
  const event = changedEvent(wanted, before, scope);
  const action = await changedAction(tx, viewer, input.action, { current: z.parse(automationActionSchema, row.action), scope, moved: scope.entity_id !== before.entityId });
  const cooldownSeconds = cooldownAfter(input, wanted.type, before);
  const problems = [...textProblems(texts), ...cooldownProblems(cooldownSeconds, event), ...(event.ok ? [] : event.problems), ...(action.ok ? [] : action.problems)];
  if (!event.ok || !action.ok || problems.length > 0) throw invalid(problems);
  return {
    ...before,
    ...texts,
    enabled: input.enabled ?? before.enabled,
    entityId: scope.entity_id,
    projectId: scope.project_id,
    scopeKind: scope.kind,
    scopeId: scope.id,
    eventType: event.type,
    eventFilter: wanted.filter,
    cooldownSeconds,
    ...storedAction(action.action),
  };
}

/** A condition that stays, where it stands, stays valid: this release may know fewer events than the one that stored it. */
function changedEvent(wanted: { type: string; filter: string }, before: AutomationWrite, scope: VisibleScope): CheckedEvent {
  const type = findEventType(before.eventType)?.type;
  const stays = wanted.type === type && wanted.filter === before.eventFilter && scope.kind === before.scopeKind && scope.id === before.scopeId;
  return stays ? { ok: true, type } : checkEvent(wanted, scope);
}

/** An automation that does not watch metrics any more has no cooldown any more, unless one is asked for. */
function cooldownAfter(input: AutomationChanges, type: string, before: AutomationWrite): number | null {
  if (input.cooldownSeconds !== undefined) return input.cooldownSeconds;
  return watchesMetrics(type) ? before.cooldownSeconds : null;
}

type ActionEdit = { current: AutomationAction; scope: VisibleScope; moved: boolean };

/** An automation that moves to another owner has to be allowed its webhook there anew. */
async function changedAction(tx: Transaction, viewer: Viewer, input: ActionInput | undefined, { current, scope, moved }: ActionEdit): Promise<CheckedAction> {
  if (input === undefined && !moved) return { ok: true, action: current };
  return checkAction(tx, viewer, input ?? inputOf(current), { scope, current: moved ? null : current });
}

const inputOf = (action: AutomationAction): ActionInput => (action.type === "NO_OP" ? action : { type: action.type, webhook: { id: action.webhookId }, payload: action.payload });

const storedAction = (action: AutomationAction): Pick<AutomationWrite, "actionType" | "action" | "webhookId"> => ({
  actionType: action.type,
  action: actionText(action),
  webhookId: action.type === "GENERIC_WEBHOOK" ? action.webhookId : null,
});

/** The same text for the same action, whatever order PostgreSQL gives the keys of its JSON. */
const actionText = (action: AutomationAction): string =>
  JSON.stringify(action.type === "NO_OP" ? { type: action.type } : { type: action.type, webhookId: action.webhookId, payload: action.payload });

const writeOf = (row: AutomationRow, userId: number): AutomationWrite => ({
  id: row.id,
  entityId: row.entity_id,
  projectId: row.project_id,
  scopeKind: row.scope_kind,
  scopeId: row.scope_id,
  name: row.name,
  description: row.description,
  enabled: row.enabled,
  revision: row.revision,
  eventType: row.event_type,
  eventFilter: row.event_filter,
  cooldownSeconds: row.cooldown_seconds,
  conditionVersion: row.condition_version,
  ...storedAction(z.parse(automationActionSchema, row.action)),
  userId,
});

/** What an execution goes by; whether it is enabled and how it is described is none of that. */
const meaningOf = ({ entityId, scopeKind, scopeId, name, eventType, eventFilter, action }: AutomationWrite): object => ({ entityId, scopeKind, scopeId, name, eventType, eventFilter, action });

const sameText = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);
