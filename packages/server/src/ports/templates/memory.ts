import { isRecord } from "../../kit/cast.ts";
import type { TemplateFailed, TemplateRendering, Templates } from "./port.ts";

const output = /\{\{\s*([\w.]+)\s*\}\}/g;

/** For tests that are about other things: `{{ a.b }}` and nothing else. Whatever is left of braces does not parse. */
export const memoryTemplates = (): Templates => ({
  check: (source) => Promise.resolve(problemOf(source) ?? { ok: true }),
  render: ({ source, form }, context) => {
    const text = source.replace(output, (_, path: string) => written(valueAt(context, path.split(".")), form));
    return Promise.resolve<TemplateRendering>(problemOf(source) ?? { ok: true, text });
  },
  close: () => Promise.resolve(),
});

const problemOf = (source: string): TemplateFailed | null =>
  source.replace(output, "").includes("{{") ? { ok: false, reason: "template_invalid", detail: "unexpected end of input" } : null;

const valueAt = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);

function written(value: unknown, form: "text" | "url"): string {
  const text = value === undefined || value === null ? "" : String(value);
  return form === "url" ? encodeURIComponent(text) : text;
}
