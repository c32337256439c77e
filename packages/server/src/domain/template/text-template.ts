import type { Problem } from "../filter/problem.ts";
import { plainText } from "./escape.ts";
import { renderSegments } from "./render-payload.ts";
import type { VariableValues } from "./render-payload.ts";
import { namesOf, splitText } from "./segments.ts";
import type { Segment } from "./segments.ts";

/** A plain text with variables, such as a Slack message. It holds no secrets: many people read a chat. */
export type TextTemplate = { readonly segments: readonly Segment[] };

export type ParsedTextTemplate = { ok: true; template: TextTemplate; variables: ReadonlySet<string> } | { ok: false; problems: readonly Problem[] };

export type TextRendering = { ok: true; text: string } | { ok: false; reason: "body_too_large" };

/** In bytes of UTF-8. */
export const largestTextTemplate = 65_536;

export function parseTextTemplate(text: string): ParsedTextTemplate {
  if (Buffer.byteLength(text) > largestTextTemplate) return { ok: false, problems: [{ path: "", message: `larger than ${largestTextTemplate} bytes` }] };
  const { segments, problems } = splitText(text, new Set(), "");
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, template: { segments }, variables: namesOf(segments, "variable", "typed") };
}

/** Fills the variables in, in one pass. */
export function renderText(template: TextTemplate, values: VariableValues): TextRendering {
  const segments = renderSegments(template.segments, (segment) => plainText(values.get(segment.name)));
  return segments === undefined ? { ok: false, reason: "body_too_large" } : { ok: true, text: segments.join("") };
}
