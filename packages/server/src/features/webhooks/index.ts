export { checkSignatures } from "./check-signature.ts";
export type { SignatureQuestion, SignatureVerdict } from "./check-signature.ts";
export { createWebhook } from "./create-webhook.ts";
export { deleteWebhook } from "./delete-webhook.ts";
export { listEntityWebhooks, listWebhooks, readWebhook } from "./list-webhooks.ts";
export { testWebhook } from "./test-webhook.ts";
export { updateWebhook } from "./update-webhook.ts";
export type { SavedWebhook, WebhookFields } from "./webhook.ts";
