import type { Action } from "../../ports/action/port.ts";
import { renderWebhook } from "./render.ts";
import type { WebhookOptions } from "./send.ts";
import { sendWebhook } from "./send.ts";

/** Calls a team's webhook. */
export const webhookAction = (options: WebhookOptions): Action => ({
  type: "GENERIC_WEBHOOK",
  render: renderWebhook,
  send: (input) => sendWebhook(options, input),
});
