import type { AuditDetails } from "../../domain/audit.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { fieldsOf } from "./webhook.ts";

/**
 * What the audit log tells of a webhook: secrets by their names, headers by theirs, and of the URL's query only that
 * there is one; people write secrets there in plain text.
 */
export const auditedWebhook = (webhook: Webhook): AuditDetails => ({ ...fieldsOf(webhook), url: withoutQuery(webhook.url), headers: Object.keys(webhook.headers), enabled: webhook.enabled });

/** Both sides of a change. Where only what is not told changed, that it did is told. */
export function auditedChange(before: Webhook, after: Webhook): { before: AuditDetails; after: AuditDetails } {
  const now = auditedWebhook(after);
  const hidden = [...(before.url === after.url ? [] : ["url"]), ...(JSON.stringify(before.headers) === JSON.stringify(after.headers) ? [] : ["headers"])];
  return { before: auditedWebhook(before), after: hidden.length === 0 ? now : { ...now, changed: hidden } };
}

const withoutQuery = (url: string): string => {
  const [address = "", ...query] = url.split("?");
  return query.length === 0 ? address : `${address}?…`;
};
