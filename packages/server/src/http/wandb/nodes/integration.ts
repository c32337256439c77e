import type { Webhook } from "../../../domain/webhook.ts";
import { payloadSecretNames } from "../../../domain/webhook.ts";

/** A webhook, as the wire names it. The last two are ours: null where the node says only which webhook it is. */
export type IntegrationNode = {
  __typename: "GenericWebhookIntegration";
  id: string;
  name: string;
  urlEndpoint: string;
  hasAccessToken: boolean | null;
  secrets: string[] | null;
};

/** A webhook of the listing of an entity's webhooks, which only those read who may see the names of its secrets. */
export const webhookNode = (webhook: Webhook): IntegrationNode => ({
  ...integrationNode(webhook),
  hasAccessToken: webhook.accessToken !== null,
  secrets: payloadSecretNames(webhook),
});

/**
 * The webhook of an action. The SDK fails a whole listing over an integration that is null: a deleted webhook is shown
 * by its id and a name that says so, and an address that the viewer may not see as an empty one.
 */
export const integrationNode = (webhook: { id: string; name: string | null; url: string | null }): IntegrationNode => ({
  __typename: "GenericWebhookIntegration",
  id: webhook.id,
  name: webhook.name ?? "(deleted webhook)",
  urlEndpoint: webhook.url ?? "",
  hasAccessToken: null,
  secrets: null,
});
