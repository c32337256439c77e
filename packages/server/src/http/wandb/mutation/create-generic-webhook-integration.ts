import { createWebhook } from "../../../features/webhooks/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { webhookNode } from "../nodes/integration.ts";

type Input = { entityName: string; name: string; urlEndpoint: string; accessTokenRef?: string | null; secretRef?: string | null; clientMutationId?: string | null };

export const createGenericWebhookIntegration = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const webhook = await createWebhook(context.services, requireViewer(context), {
    team: input.entityName,
    name: input.name,
    url: input.urlEndpoint,
    accessToken: input.accessTokenRef ?? null,
    secret: input.secretRef ?? null,
  });
  return { integration: webhookNode(webhook), clientMutationId: input.clientMutationId ?? null };
};
