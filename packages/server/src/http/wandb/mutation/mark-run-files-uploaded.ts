import { runFilesHaveArrived } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

type Input = { entityName: string; projectName: string; runName: string; files: readonly string[]; clientMutationId?: string | null };

/** A client says that its uploads are done; the answer is whether they are. */
export const markRunFilesUploaded = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const path = { entity: input.entityName, project: input.projectName, run: input.runName, names: input.files };
  return { success: await runFilesHaveArrived(context.services, requireViewer(context), path), clientMutationId: input.clientMutationId ?? null };
};
