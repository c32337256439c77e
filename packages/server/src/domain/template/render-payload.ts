import { escapeForJson, plainText, typedJson } from "./escape.ts";
import type { PayloadTemplate } from "./parse-payload.ts";
import { largestBody, sealedText } from "./sealed-text.ts";
import type { SealedSegment, SealedText } from "./sealed-text.ts";
import type { Segment } from "./segments.ts";

/** A body of JSON, complete but for its secrets. */
export type RenderedPayload = SealedText;

export type PayloadRendering = { ok: true; rendered: RenderedPayload } | { ok: false; reason: "body_too_large" };

/** By name as written in the template: `alias`, `artifact_metadata.model_type`. A name without an entry is empty. */
export type VariableValues = ReadonlyMap<string, unknown>;

/** Fills the variables in, in one pass: what a value holds is never looked at again. */
export function renderPayload(template: PayloadTemplate, values: VariableValues): PayloadRendering {
  const segments = renderSegments(template.segments, (segment) => (segment.kind === "typed" ? typedJson(values.get(segment.name)) : escapeForJson(plainText(values.get(segment.name)))));
  return segments === undefined ? { ok: false, reason: "body_too_large" } : { ok: true, rendered: sealedText("json", segments) };
}

export type VariableSegment = Extract<Segment, { kind: "variable" | "typed" }>;

/** Writes each variable once, however often it is named, and stops as soon as the whole is too large. */
export function renderSegments(template: readonly Segment[], write: (segment: VariableSegment) => string): readonly SealedSegment[] | undefined {
  const written = new Map<string, { text: string; bytes: number }>();
  const segments: SealedSegment[] = [];
  let text: string[] = [];
  let bytes = 0;
  for (const segment of template) {
    if (segment.kind === "secret") {
      segments.push(text.join(""), { secret: segment.name });
      text = [];
      continue;
    }
    const part = segment.kind === "text" ? measured(segment.text) : remembered(written, segment, write);
    bytes += part.bytes;
    if (bytes > largestBody) return undefined;
    text.push(part.text);
  }
  segments.push(text.join(""));
  return segments.filter((segment) => segment !== "");
}

const measured = (text: string): { text: string; bytes: number } => ({ text, bytes: Buffer.byteLength(text) });

function remembered(written: Map<string, { text: string; bytes: number }>, segment: VariableSegment, write: (segment: VariableSegment) => string): { text: string; bytes: number } {
  const key = `${segment.kind} ${segment.name}`;
  const before = written.get(key);
  if (before !== undefined) return before;
  const now = measured(write(segment));
  written.set(key, now);
  return now;
}
