import { z } from "zod";
import type { Webhook } from "../../domain/webhook.ts";

/** The columns of `webhooks` that a delivery needs, as PostgreSQL's to_json gives them. */
export type WebhookRow = {
  id: string;
  entity_id: number;
  name: string;
  url: string;
  method: Webhook["method"];
  timeout_ms: number;
  concurrency: number | null;
  /** In seconds. */
  retry_schedule: number[] | null;
  access_token: string | null;
  signing_secret: string | null;
  secret_names: string[];
  signature_encoding: Webhook["signatureEncoding"];
  headers: unknown;
  enabled: boolean;
};

const headers = z.record(z.string(), z.string());

export const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  entityId: row.entity_id,
  name: row.name,
  url: row.url,
  method: row.method,
  timeoutMs: row.timeout_ms,
  concurrency: row.concurrency,
  retryScheduleMs: row.retry_schedule?.map((seconds) => seconds * 1_000) ?? null,
  accessToken: row.access_token,
  signingSecret: row.signing_secret,
  secretNames: row.secret_names,
  signatureEncoding: row.signature_encoding,
  headers: headers.parse(row.headers),
  enabled: row.enabled,
});
