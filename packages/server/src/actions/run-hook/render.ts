import { hookContext } from "../../domain/run-hook-context.ts";
import { largestBody, sealedText } from "../../domain/template/sealed-text.ts";
import { storableText } from "../../kit/jsonb-text.ts";
import type { Rendered, RenderInput } from "../../ports/action/port.ts";
import type { Template, TemplateFailed, Templates } from "../../ports/templates/port.ts";

const emptyObject = "{}";

/** URL and body, rendered over the run as it was when the event happened. A GET has no body. */
export async function renderRunHook(templates: Templates, input: RenderInput): Promise<Rendered> {
  const { action, event, earlier } = input;
  if (action.type !== "RUN_HOOK" || event.subject.kind !== "run") return { ok: false, reason: "action_unknown" };
  if (earlier !== null) return { ok: true, request: earlier };
  const context = hookContext(event.subject, input.variables.get("callback_url"));
  const { method } = action;
  const url = await renderOne(templates, "url", { source: action.url, form: "url" }, context);
  if (!url.ok) return url;
  const target = { method, url: url.text.trim() };
  if (method === "GET") return { ok: true, request: { body: null, target } };
  const body = action.body === null ? { ok: true as const, text: emptyObject } : await renderOne(templates, "body", { source: action.body, form: "text" }, context);
  if (!body.ok) return body;
  if (Buffer.byteLength(body.text) > largestBody) return { ok: false, reason: "body_too_large" };
  return { ok: true, request: { body: sealedText("plain", [body.text]), target } };
}

async function renderOne(templates: Templates, name: string, template: Template, context: Record<string, unknown>): Promise<{ ok: true; text: string } | TemplateFailed> {
  const rendered = await templates.render(template, context);
  // Every attempt sends what is stored.
  return rendered.ok ? { ok: true, text: storableText(rendered.text) } : { ...rendered, detail: `${name}: ${rendered.detail}` };
}
