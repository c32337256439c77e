import { encodeId } from "../../../domain/global-id.ts";
import { announceRunFiles } from "../../../features/runs/index.ts";
import { runFileLink } from "../../storage/run-files-link.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

type Input = { entityName: string; projectName: string; runName: string; files: readonly string[]; clientMutationId?: string | null };

/** Gives an address to upload each file to. */
export const createRunFiles = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const { services } = context;
  const path = { entity: input.entityName, project: input.projectName, run: input.runName, names: input.files };
  const { runId, files } = await announceRunFiles(services, requireViewer(context), path);
  return {
    runID: encodeId("Run", runId),
    uploadHeaders: [],
    files: files.map((file) => ({ name: file.name, uploadUrl: runFileLink(services, "PUT", file.id) })),
    clientMutationId: input.clientMutationId ?? null,
  };
};
