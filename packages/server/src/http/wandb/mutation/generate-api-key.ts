import { createApiKey } from "../../../features/tokens/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { apiKeyNode } from "../nodes/user.ts";

/** `name` of the answer is the key itself, this once. */
export const generateApiKey = async ({ input }: { input: { description?: string | null } }, context: Context): Promise<object> => {
  const { apiKey, ...key } = await createApiKey(context.services, requireViewer(context), { description: input.description ?? null });
  return { apiKey: apiKeyNode(key, apiKey) };
};
