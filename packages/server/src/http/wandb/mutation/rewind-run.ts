import { rewindRun as rewind } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { runNode } from "../nodes/run.ts";

type Input = { entityName?: string | null; projectName?: string | null; runName: string; metricName: string; metricValue: number; clientMutationId?: string | null };

export const rewindRun = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const wanted = { entity: input.entityName ?? null, project: input.projectName ?? null, run: input.runName, metric: input.metricName, value: input.metricValue };
  const { run, project } = await rewind(context.services, requireViewer(context), wanted);
  return { rewoundRun: runNode(context, run, project), clientMutationId: input.clientMutationId ?? null };
};
