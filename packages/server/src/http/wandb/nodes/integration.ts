/** A webhook, as the wire names it. */
export type IntegrationNode = { __typename: "GenericWebhookIntegration"; id: string; name: string; urlEndpoint: string };

/**
 * The SDK fails a whole listing over an integration that is null: a deleted webhook is shown by its id and a name that
 * says so, and an address that the viewer may not see as an empty one.
 */
export const integrationNode = (webhook: { id: string; name: string | null; url: string | null }): IntegrationNode => ({
  __typename: "GenericWebhookIntegration",
  id: webhook.id,
  name: webhook.name ?? "(deleted webhook)",
  urlEndpoint: webhook.url ?? "",
});
