import type { HealthRow, SavedWebhookRow } from "../../db/queries/webhooks.ts";
import { webhookOf } from "../../db/rows/webhook-row.ts";
import type { HttpMethod, SignatureEncoding, Webhook } from "../../domain/webhook.ts";

/** Its circuit breaker, and what led there. */
export type Breaker = {
  /** `half_open`: one attempt at a time is let through, and its outcome closes the breaker or opens it again. */
  state: "closed" | "open" | "half_open";
  /** How the attempt failed that opened it; null while it is closed. */
  reason: string | null;
  /** Since when it is not closed. */
  since: Date | null;
  /** When the next attempt is let through; null while it is closed. */
  probeAt: Date | null;
  /** Failed attempts in a row. */
  failures: number;
  /** When the first of them failed. */
  failingSince: Date | null;
};

export type SavedWebhook = Webhook & {
  breaker: Breaker;
  /** Name of the team, or of the user, that owns it. */
  team: string;
  /** Why the server disabled it; null where it did not. */
  disabledReason: string | null;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** What a user says of a webhook. Secrets stand as names. */
export type WebhookFields = {
  name: string;
  url: string;
  accessToken: string | null;
  /** Name of the secret that signs. */
  secret: string | null;
  /** Names of further secrets that payloads and headers may use. */
  secrets: readonly string[];
  method: HttpMethod;
  timeoutSeconds: number;
  /** Seconds to wait before each attempt, the first being 0; null for the server's schedule. */
  retrySchedule: readonly number[] | null;
  /** Deliveries that may be under way at once; null for the server's setting. */
  concurrency: number | null;
  signatureEncoding: SignatureEncoding;
  headers: Readonly<Record<string, string>>;
};

export const defaultFields = { accessToken: null, secret: null, secrets: [], method: "POST", timeoutSeconds: 15, retrySchedule: null, concurrency: null, signatureEncoding: "base64", headers: {} } as const satisfies Omit<WebhookFields, "name" | "url">;

const breakerOf = (row: HealthRow): Breaker => ({
  state: row.opened_at === null ? "closed" : row.half_open === true ? "half_open" : "open",
  reason: row.open_reason,
  since: row.opened_at,
  probeAt: row.opened_at === null ? null : row.held_until,
  failures: row.lane_failures ?? 0,
  failingSince: row.failing_since,
});

export const savedWebhookOf = (row: SavedWebhookRow): SavedWebhook => ({
  ...webhookOf(row),
  breaker: breakerOf(row),
  team: row.entity_name,
  disabledReason: row.disabled_reason,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const fieldsOf = (webhook: Webhook): WebhookFields => ({
  name: webhook.name,
  url: webhook.url,
  accessToken: webhook.accessToken,
  secret: webhook.signingSecret,
  secrets: webhook.secretNames,
  method: webhook.method,
  timeoutSeconds: webhook.timeoutMs / 1000,
  retrySchedule: webhook.retryScheduleMs?.map((ms) => ms / 1_000) ?? null,
  concurrency: webhook.concurrency,
  signatureEncoding: webhook.signatureEncoding,
  headers: webhook.headers,
});

export const webhookFrom = (fields: WebhookFields, rest: { id: string; entityId: number; enabled: boolean }): Webhook => ({
  ...rest,
  name: fields.name,
  url: fields.url,
  method: fields.method,
  timeoutMs: Math.round(fields.timeoutSeconds * 1000),
  concurrency: fields.concurrency,
  retryScheduleMs: fields.retrySchedule?.map((seconds) => seconds * 1_000) ?? null,
  accessToken: fields.accessToken,
  signingSecret: fields.secret,
  secretNames: [...new Set(fields.secrets)],
  signatureEncoding: fields.signatureEncoding,
  headers: { ...fields.headers },
});
