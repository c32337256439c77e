import { parsePayload } from "../../domain/template/parse-payload.ts";
import type { ParsedPayload } from "../../domain/template/parse-payload.ts";
import { renderPayload } from "../../domain/template/render-payload.ts";
import { sealedText } from "../../domain/template/sealed-text.ts";
import { grantedNames } from "../../domain/webhook.ts";
import type { Rendered, RenderInput } from "../../ports/action/port.ts";

const emptyObject = sealedText("json", ["{}"]);
const cacheSize = 5_000;
const parsed = new Map<string, ParsedPayload>();

/** Payloads parsed once, by text and by the names they may use. */
function parse(payload: string, granted: readonly string[]): ParsedPayload {
  const key = `${granted.join(" ")}\n${payload}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const fresh = parsePayload(payload, { secrets: granted });
  if (parsed.size >= cacheSize) parsed.clear();
  parsed.set(key, fresh);
  return fresh;
}

/** The body: the automation's payload with its variables filled in, `{}` where it has none, nothing for a GET. */
export function renderWebhook(input: RenderInput): Rendered {
  if (input.action.type !== "GENERIC_WEBHOOK") return { ok: false, reason: "action_unknown" };
  if (input.webhook === null) return { ok: false, reason: "webhook_missing" };
  if (!input.webhook.enabled) return { ok: false, reason: "webhook_disabled" };
  if (input.webhook.method === "GET") return { ok: true, request: { body: null } };
  if (input.action.payload === null) return { ok: true, request: { body: emptyObject } };
  const payload = parse(input.action.payload, grantedNames(input.webhook));
  if (!payload.ok) return { ok: false, reason: "payload_unreadable" };
  const rendering = renderPayload(payload.template, input.variables);
  return rendering.ok ? { ok: true, request: { body: rendering.rendered } } : { ok: false, reason: rendering.reason };
}
