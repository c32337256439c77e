import { listProjectAutomations } from "../../../features/automations/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { readableBy } from "../readable-triggers.ts";
import { triggerNode } from "./trigger.ts";

/** The fields of a Project that are about automations. */
export const projectTriggerFields = (context: Context, project: { id: number }): { triggers: () => Promise<object[]> } => ({
  triggers: async () => readableBy(context, await listProjectAutomations(context.services, requireViewer(context), project.id)).map(triggerNode),
});
