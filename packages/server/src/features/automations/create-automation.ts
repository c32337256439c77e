import type { Transaction } from "../../db/database.ts";
import { violates } from "../../db/database.ts";
import type { AutomationWrite } from "../../db/queries/automations.ts";
import { findAutomation, insertAutomation, insertAutomationRevision } from "../../db/queries/automations.ts";
import { conflict, invalid } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { SavedAutomation } from "./automation.ts";
import { auditedAutomation, automationOf } from "./automation.ts";
import { checkAction } from "./check-action.ts";
import type { ActionInput } from "./check-action.ts";
import { checkEvent } from "./check-event.ts";
import { cooldownProblems, noteWatchChange } from "./metric-watch.ts";
import { textProblems } from "./check-texts.ts";
import type { ScopeAddress } from "./permissions.ts";
import { requireEditor, requireVisibleScope } from "./permissions.ts";

export type AutomationInput = {
  name: string;
  description: string | null;
  enabled: boolean;
  scope: ScopeAddress;
  event: { type: string; /** Text of a JSON object. */ filter: string };
  /** For automations over metrics; the server's default where it is left out. */
  cooldownSeconds?: number | null;
  action: ActionInput;
};

/** Creates an automation. Throws invalid with everything that is wrong, and a conflict where the scope has one of that name. */
export async function createAutomation(services: Pick<Services, "db" | "ids">, viewer: Viewer, input: AutomationInput): Promise<SavedAutomation> {
  return services.db.transaction(async (tx) => {
    noEvent("an automation is none of the things that automations watch");
    const scope = await requireVisibleScope(tx, viewer, input.scope);
    requireEditor(scope);
    const event = checkEvent(input.event, scope);
    const action = await checkAction(tx, viewer, input.action, { scope, current: null });
    const problems = [...textProblems(input), ...cooldownProblems(input.cooldownSeconds ?? null, event), ...(event.ok ? [] : event.problems), ...(action.ok ? [] : action.problems)];
    if (!event.ok || !action.ok || problems.length > 0) throw invalid(problems);
    const id = services.ids();
    const write = {
      id,
      entityId: scope.entity_id,
      projectId: scope.project_id,
      scopeKind: scope.kind,
      scopeId: scope.id,
      name: input.name,
      description: input.description,
      enabled: input.enabled,
      revision: 1,
      eventType: event.type,
      eventFilter: input.event.filter,
      cooldownSeconds: input.cooldownSeconds ?? null,
      actionType: action.action.type,
      action: JSON.stringify(action.action),
      webhookId: action.action.type === "GENERIC_WEBHOOK" ? action.action.webhookId : null,
      userId: viewer.userId,
    };
    await insert(tx, { ...write, conditionVersion: await noteWatchChange(tx, null, write) });
    const saved = await findAutomation(tx, viewer.userId, id);
    if (saved === null) throw new Error("The automation that was just stored is not there.");
    const result = automationOf(saved);
    await recordAudit(tx, viewer, { action: "automation.create", entityId: scope.entity_id, object: result, after: auditedAutomation(result) });
    return result;
  });
}

async function insert(tx: Transaction, write: AutomationWrite): Promise<void> {
  try {
    await insertAutomation(tx, write);
  } catch (error) {
    throw nameTaken(error, write.name);
  }
  await insertAutomationRevision(tx, write);
}

/** A conflict where the error says that the name is taken, else the error itself. */
export const nameTaken = (error: unknown, name: string): unknown =>
  violates(error, "automations_name") ? conflict(`An automation named "${name}" exists already in this scope.`) : error;
