import { moveRunState } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { runIdOf } from "../nodes/run-id.ts";

type Input = { id: string; state: string; clientMutationId?: string | null };

export const updateRunState = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  await moveRunState(context.services, requireViewer(context), runIdOf(input.id), input.state);
  return { success: true, clientMutationId: input.clientMutationId ?? null };
};
