export { createWebhook } from "./create-webhook.ts";
export { deleteWebhook } from "./delete-webhook.ts";
export { enableWebhook } from "./enable-webhook.ts";
export { listEntityWebhooks, listWebhooks, readWebhook } from "./list-webhooks.ts";
export { readBacklog } from "./read-backlog.ts";
export type { Backlog } from "./read-backlog.ts";
export { testWebhook } from "./test-webhook.ts";
export { updateWebhook } from "./update-webhook.ts";
export type { SavedWebhook, WebhookFields } from "./webhook.ts";
