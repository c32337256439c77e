import { stopRun as stop } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { runIdOf } from "../nodes/run-id.ts";

type Input = { id: string; clientMutationId?: string | null };

export const stopRun = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  await stop(context.services, requireViewer(context), runIdOf(input.id));
  return { success: true, clientMutationId: input.clientMutationId ?? null };
};
