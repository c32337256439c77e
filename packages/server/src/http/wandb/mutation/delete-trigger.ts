import { deleteAutomation } from "../../../features/automations/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

export const deleteTrigger = async ({ input }: { input: { triggerID: string; clientMutationId?: string | null } }, context: Context): Promise<object> => {
  await deleteAutomation(context.services, requireViewer(context), { id: input.triggerID });
  return { success: true, clientMutationId: input.clientMutationId ?? null };
};
