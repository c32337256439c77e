import { invalidAt } from "../../../domain/failure.ts";
import { deleteRun as remove } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { runIdOf } from "../nodes/run-id.ts";

type Input = { id: string; deleteArtifacts?: boolean | null; clientMutationId?: string | null };

export const deleteRun = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  if (input.deleteArtifacts === true) throw invalidAt("deleteArtifacts", "a run's artifacts are not deleted with it; delete them first, or leave it out");
  await remove(context.services, requireViewer(context), runIdOf(input.id));
  return { clientMutationId: input.clientMutationId ?? null };
};
