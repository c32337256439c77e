import type { ActionConfig, ActionType } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import type { Attempt } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import type { Webhook } from "../../domain/webhook.ts";

/** What is to be rendered: the execution with all that it refers to, as stored. */
export type RenderInput = {
  executionId: string;
  event: Event;
  automationName: string;
  action: ActionConfig;
  webhook: Webhook | null;
  /** Values of the payload variables for this event. Secrets are not among them. */
  variables: ReadonlyMap<string, unknown>;
  /** What an earlier attempt sent, and this one will too; null for the first. An action may spare itself the work. */
  earlier: RenderedRequest | null;
};

/** `detail` says more than the reason does. */
export type Rendered = { ok: true; request: RenderedRequest } | { ok: false; reason: Reason; detail?: string };

/** What is to be sent: the rendered request, and the secrets that it may show to the receiver. */
export type SendInput = {
  executionId: string;
  /** Names the message to the receiver: the same over all attempts, and over redeliveries of the same bytes. */
  messageId: string;
  request: RenderedRequest;
  webhook: Webhook | null;
  /** By the secret's name; every secret granted to the webhook. */
  secrets: ReadonlyMap<string, string>;
  /** Values that a secret had before a rotation whose overlap still goes on, by its name, the latest first: they sign too. */
  previousSecrets: ReadonlyMap<string, readonly string[]>;
};

/** A kind of action. A plug-in: a folder under actions/ and one line in app.ts. */
export type Action = {
  type: ActionType;
  /** Pure: the same input gives the same bytes, so that a retry after a crash repeats them. */
  render(input: RenderInput): Rendered | Promise<Rendered>;
  /** Sends once. Never throws for reasons of the network or of the receiver. */
  send(input: SendInput): Promise<Attempt>;
};
