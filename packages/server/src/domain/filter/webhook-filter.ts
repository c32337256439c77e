import type { WebhookSubject } from "../event.ts";
import { fieldCatalogue } from "./field-catalogue.ts";

/** What filters of events about webhooks may name. */
export const webhookFields = fieldCatalogue({ exact: ["webhook_name", "webhook_status", "webhook_reason"] });

/** What a filter's field sees of such an event; a reason is its code. */
export function webhookField(subject: WebhookSubject, name: string): unknown {
  switch (name) {
    case "webhook_name":
      return subject.webhookName;
    case "webhook_status":
      return subject.state;
    case "webhook_reason":
      return subject.reason ?? undefined;
    default:
      return undefined;
  }
}
