import { notFound } from "../../../domain/failure.ts";
import { decodeId } from "../../../domain/global-id.ts";
import { deleteRunFiles } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

/** An id says which file it is; the project's number, which newer clients send along, adds nothing. */
type Input = { files: readonly string[]; projectId?: number | null; clientMutationId?: string | null };

export const deleteFiles = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const ids = input.files.map((file) => {
    const id = decodeId("RunFile", file);
    if (id === null) throw notFound("File");
    return id;
  });
  await deleteRunFiles(context.services, requireViewer(context), ids);
  return { success: true, clientMutationId: input.clientMutationId ?? null };
};
