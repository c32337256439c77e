import { parseHeaderValue, fillHeaderValue } from "../../domain/template/header-value.ts";
import { fillSecrets } from "../../domain/template/sealed-text.ts";
import type { EndpointRefusal } from "../../domain/endpoint/endpoint-refusal.ts";
import type { Attempt, RequestRecord } from "../../domain/execution.ts";
import { refusedAttempt } from "../../domain/execution.ts";
import { hideCallbackTokens } from "../../domain/outcome/callback-token.ts";
import type { Reason } from "../../domain/reason.ts";
import { signatures } from "../../domain/signature/sign.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { grantedNames } from "../../domain/webhook.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Mask } from "../../kit/mask.ts";
import type { Random } from "../../kit/random.ts";
import type { SendInput } from "../../ports/action/port.ts";
import type { OutboundHttp } from "../../ports/outbound-http/port.ts";
import { judge } from "../shared/judge-outcome.ts";
import { maskValues, recordResponse, recordTiming } from "../shared/record-exchange.ts";
import { traceparentFor } from "../shared/traceparent-for.ts";
import type { Prepared } from "./prepare-secrets.ts";
import { prepareSecrets } from "./prepare-secrets.ts";

export type WebhookOptions = {
  outbound: OutboundHttp;
  clock: Clock;
  random: Random;
  version: string;
  /** Told why an endpoint was refused; the tenant is not. */
  refused(webhook: Webhook, refusal: { code: EndpointRefusal; where: string }): void;
};

type Built = { ok: true; headers: Record<string, string>; body: Buffer | null } | { ok: false; reason: Reason };

/** One attempt: puts the secrets in, signs, sends, and tells what came of it with every secret masked. */
export async function sendWebhook(options: WebhookOptions, input: SendInput): Promise<Attempt> {
  const { webhook } = input;
  if (webhook === null) return refusedAttempt("webhook_missing");
  const secrets = prepareSecrets(webhook, input);
  if (!secrets.ok) return refusedAttempt(secrets.reason);
  const { prepared } = secrets;
  const built = build(options, input, webhook, prepared);
  if (!built.ok) return refusedAttempt(built.reason);
  const outcome = await options.outbound.send({ method: webhook.method, url: webhook.url, headers: built.headers, body: built.body, timeoutMs: webhook.timeoutMs });
  if (outcome.kind === "refused") options.refused(webhook, outcome);
  const request = recordRequest(webhook, built, prepared.mask);
  return { ...judge(outcome, options.clock.now()), request, response: recordResponse(outcome, prepared.mask), timing: recordTiming(outcome.timing) };
}

function build(options: WebhookOptions, input: SendInput, webhook: Webhook, prepared: Prepared): Built {
  const text = input.request.body === null ? null : fillSecrets(input.request.body, prepared.fill);
  if (text !== null && !text.ok) return { ok: false, reason: text.reason };
  const body = text === null ? null : Buffer.from(text.text);
  const custom = customHeaders(webhook, prepared);
  if (!custom.ok) return custom;
  const headers = { ...custom.headers, ...ownHeaders(options, input, body), ...proofs(options, { input, webhook, prepared, body }) };
  return { ok: true, headers, body };
}

function customHeaders(webhook: Webhook, prepared: Prepared): { ok: true; headers: Record<string, string> } | { ok: false; reason: Reason } {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(webhook.headers)) {
    const parsed = parseHeaderValue(value, { secrets: grantedNames(webhook) });
    if (!parsed.ok) return { ok: false, reason: "secret_missing" };
    const filled = fillHeaderValue(parsed.template, prepared.fill);
    if (!filled.ok) return { ok: false, reason: filled.reason === "secret_missing" ? "secret_missing" : "request_invalid" };
    headers[name.toLowerCase()] = filled.text;
  }
  return { ok: true, headers };
}

function ownHeaders(options: WebhookOptions, input: SendInput, body: Buffer | null): Record<string, string> {
  return {
    ...(body === null ? {} : { "content-type": "application/json" }),
    "user-agent": `Bellhop/${options.version}`,
    traceparent: traceparentFor(input, options.random),
  };
}

type ProofInput = { input: SendInput; webhook: Webhook; prepared: Prepared; body: Buffer | null };

/** The headers by which the receiver knows that the request is ours: Standard Webhooks, and W&B's own. */
function proofs(options: WebhookOptions, { input, webhook, prepared, body }: ProofInput): Record<string, string> {
  const id = `msg_${input.messageId}`;
  const timestamp = Math.floor(options.clock.now().getTime() / 1_000);
  const signed = body ?? Buffer.alloc(0);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    ...(prepared.accessToken === null ? {} : { authorization: `Bearer ${prepared.accessToken}` }),
    ...signatures(prepared.signing, { id, timestamp, body: signed, encoding: webhook.signatureEncoding }),
  };
}

function recordRequest(webhook: Webhook, built: { headers: Record<string, string>; body: Buffer | null }, mask: Mask): RequestRecord {
  return { method: webhook.method, url: mask(webhook.url), headers: maskValues(built.headers, mask), body: built.body === null ? null : hideCallbackTokens(mask(built.body.toString())) };
}
