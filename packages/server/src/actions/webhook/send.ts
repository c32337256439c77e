import { parseHeaderValue, fillHeaderValue } from "../../domain/template/header-value.ts";
import { fillSecrets } from "../../domain/template/sealed-text.ts";
import type { Attempt, RequestRecord } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Webhook } from "../../domain/webhook.ts";
import { grantedNames } from "../../domain/webhook.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Mask } from "../../kit/mask.ts";
import type { Random } from "../../kit/random.ts";
import type { SendInput } from "../../ports/action/port.ts";
import type { OutboundFailure, OutboundHttp, OutboundOutcome, OutboundResponse, Timing } from "../../ports/outbound-http/port.ts";
import type { Prepared } from "./prepare-secrets.ts";
import { prepareSecrets } from "./prepare-secrets.ts";
import { retryAfterMs } from "./retry-after.ts";
import { standardSignature, wandbSignature } from "./sign.ts";

export type WebhookOptions = { outbound: OutboundHttp; clock: Clock; random: Random; version: string };

type Built = { ok: true; headers: Record<string, string>; body: Buffer | null } | { ok: false; reason: Reason };

/** One attempt: puts the secrets in, signs, sends, and tells what came of it with every secret masked. */
export async function sendWebhook(options: WebhookOptions, input: SendInput): Promise<Attempt> {
  const { webhook } = input;
  if (webhook === null) return refused("webhook_missing");
  const secrets = prepareSecrets(webhook, input.secrets);
  if (!secrets.ok) return refused(secrets.reason);
  const { prepared } = secrets;
  const built = build(options, input, webhook, prepared);
  if (!built.ok) return refused(built.reason);
  const outcome = await options.outbound.send({ method: webhook.method, url: webhook.url, headers: built.headers, body: built.body, timeoutMs: webhook.timeoutMs });
  const request = recordRequest(webhook, built, prepared.mask);
  return { ...judge(outcome, options.clock.now()), request, response: recordResponse(outcome, prepared.mask), timing: recordTiming(outcome.timing) };
}

const refused = (reason: Reason): Attempt => ({ outcome: "refused", reason, request: null, response: null, timing: null, retryAfterMs: null, final: true });

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
  const trace = input.executionId.replaceAll("-", "");
  return {
    ...(body === null ? {} : { "content-type": "application/json" }),
    "user-agent": `Bellhop/${options.version}`,
    // One trace for all attempts of an execution; each attempt is a span of it.
    traceparent: `00-${trace}-${options.random.bytes(8).toString("hex")}-01`,
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
    ...(prepared.signing === null ? {} : {
      "x-wandb-signature": wandbSignature(prepared.signing, signed, webhook.signatureEncoding),
      "webhook-signature": standardSignature(prepared.signing, id, timestamp, signed),
    }),
  };
}

type Judgement = Pick<Attempt, "outcome" | "reason" | "retryAfterMs" | "final">;

function judge(outcome: OutboundOutcome, now: Date): Judgement {
  switch (outcome.kind) {
    case "answered":
      return judgeAnswer(outcome.response, now);
    case "refused":
      // Not final: what a name resolves to, and what the operator allows, can change before the next attempt.
      return { outcome: "refused", reason: "endpoint_not_allowed", retryAfterMs: null, final: false };
    case "failed":
      return { outcome: "failed", reason: failureReasons[outcome.code], retryAfterMs: null, final: false };
  }
}

const failureReasons: Record<OutboundFailure, Reason> = {
  dns_failure: "dns_failure",
  connect_failed: "connect_failed",
  connection_reset: "connection_reset",
  tls_failure: "tls_failure",
  timeout: "timeout",
  headers_too_large: "headers_too_large",
  protocol_error: "protocol_error",
  invalid_request: "request_invalid",
  closed: "connection_reset",
};

function judgeAnswer({ status, headers }: OutboundResponse, now: Date): Judgement {
  if (status >= 200 && status < 300) return { outcome: "delivered", reason: null, retryAfterMs: null, final: true };
  if (status === 410) return { outcome: "failed", reason: "gone", retryAfterMs: null, final: true };
  const asksToWait = status === 429 || status === 503;
  return {
    outcome: "failed",
    reason: status >= 300 && status < 400 ? "redirect" : "status_not_success",
    retryAfterMs: asksToWait ? retryAfterMs(headers["retry-after"], now) : null,
    final: false,
  };
}

function recordRequest(webhook: Webhook, built: { headers: Record<string, string>; body: Buffer | null }, mask: Mask): RequestRecord {
  return { method: webhook.method, url: mask(webhook.url), headers: maskValues(built.headers, mask), body: built.body === null ? null : mask(built.body.toString()) };
}

function recordResponse(outcome: OutboundOutcome, mask: Mask): Attempt["response"] {
  if (outcome.kind !== "answered") return null;
  const { status, headers, body, bodyTruncated } = outcome.response;
  return { status, headers: maskValues(headers, mask), body: mask.bytes(body, { cutShort: bodyTruncated }).toString(), bodyTruncated };
}

/** To the microsecond: what is finer is noise. */
function recordTiming(timing: Timing): Attempt["timing"] {
  const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
  const orNull = (ms: number | null): number | null => (ms === null ? null : rounded(ms));
  return { dnsMs: orNull(timing.dnsMs), connectMs: orNull(timing.connectMs), tlsMs: orNull(timing.tlsMs), firstByteMs: orNull(timing.firstByteMs), totalMs: rounded(timing.totalMs) };
}

const maskValues = (headers: Readonly<Record<string, string>>, mask: Mask): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)]));
