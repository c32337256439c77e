import { deleteApiKey as deleteApiKeyVerb } from "../../../features/tokens/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

export const deleteApiKey = async ({ input }: { input: { id: string } }, context: Context): Promise<object> => {
  await deleteApiKeyVerb(context.services, requireViewer(context), input);
  return { success: true };
};
