import { invalidAt } from "../../../domain/failure.ts";
import type { ActionInput, AutomationChanges, ScopeAddress } from "../../../features/automations/index.ts";
import { updateAutomation } from "../../../features/automations/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { triggerNode } from "../nodes/trigger.ts";
import type { ScopeType, TriggeredActionConfig } from "../trigger-input.ts";
import { actionFromWire, scopeFromWire } from "../trigger-input.ts";

type Nullable<T> = { [Key in keyof T]?: T[Key] | null };

type Input = { id: string } & Nullable<{
  name: string;
  description: string;
  enabled: boolean;
  scopeType: ScopeType;
  scopeID: string;
  triggeringEventType: string;
  eventFilter: string;
  triggeredActionType: string;
  triggeredActionConfig: TriggeredActionConfig;
  clientMutationId: string;
}>;

/** What is absent or null stays: the SDK leaves out nulls, a description that is null among them. */
export const updateFilterTrigger = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const automation = await updateAutomation(context.services, requireViewer(context), { id: input.id, ...changesOf(input) });
  return { trigger: triggerNode(automation), clientMutationId: input.clientMutationId ?? null };
};

function changesOf(input: Input): AutomationChanges {
  const { name, description, enabled, triggeringEventType: type, eventFilter: filter } = input;
  const scope = scopeOf(input);
  const action = actionOf(input);
  return {
    ...(present(name) ? { name } : {}),
    ...(present(description) ? { description } : {}),
    ...(present(enabled) ? { enabled } : {}),
    ...(scope === null ? {} : { scope }),
    ...(action === null ? {} : { action }),
    event: { ...(present(type) ? { type } : {}), ...(present(filter) ? { filter } : {}) },
  };
}

function scopeOf({ scopeType, scopeID }: Input): ScopeAddress | null {
  if (present(scopeType) && present(scopeID)) return scopeFromWire(scopeType, scopeID);
  if (present(scopeType)) throw invalidAt("scopeID", "is required beside scopeType");
  if (present(scopeID)) throw invalidAt("scopeType", "is required beside scopeID");
  return null;
}

function actionOf({ triggeredActionType, triggeredActionConfig }: Input): ActionInput | null {
  if (present(triggeredActionType) && present(triggeredActionConfig)) return actionFromWire(triggeredActionType, triggeredActionConfig);
  if (present(triggeredActionType)) throw invalidAt("triggeredActionConfig", "is required beside triggeredActionType");
  if (present(triggeredActionConfig)) throw invalidAt("triggeredActionType", "is required beside triggeredActionConfig");
  return null;
}

const present = <Value>(value: Value | null | undefined): value is Value => value !== null && value !== undefined;
