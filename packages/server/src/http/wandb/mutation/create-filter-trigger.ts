import { createAutomation } from "../../../features/automations/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { triggerNode } from "../nodes/trigger.ts";
import type { ScopeType, TriggeredActionConfig } from "../trigger-input.ts";
import { actionFromWire, scopeFromWire } from "../trigger-input.ts";

type Input = {
  name: string;
  description?: string | null;
  enabled: boolean;
  scopeType: ScopeType;
  scopeID: string;
  triggeringEventType: string;
  eventFilter: string;
  triggeredActionType: string;
  triggeredActionConfig: TriggeredActionConfig;
  clientMutationId?: string | null;
};

/** An automation whose name its scope has already is HTTP 409: by that the SDK knows that it may fetch it instead. */
export const createFilterTrigger = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const automation = await createAutomation(context.services, requireViewer(context), {
    name: input.name,
    description: input.description ?? null,
    enabled: input.enabled,
    scope: scopeFromWire(input.scopeType, input.scopeID),
    event: { type: input.triggeringEventType, filter: input.eventFilter },
    action: actionFromWire(input.triggeredActionType, input.triggeredActionConfig),
  });
  return { trigger: triggerNode(automation), clientMutationId: input.clientMutationId ?? null };
};
