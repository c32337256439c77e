import type { Reason } from "../../domain/reason.ts";

/**
 * Where the text goes, and so how values are written into it.
 * `text`: as they are. `url`: percent-encoded, so that a value stays within its path segment or query value.
 */
export type TemplateForm = "text" | "url";

export type Template = { source: string; form: TemplateForm };

/** `detail` is for whoever wrote the template: what is wrong, and in which line. */
export type TemplateFailed = { ok: false; reason: Extract<Reason, `template_${string}`>; detail: string };

export type TemplateRendering = { ok: true; text: string } | TemplateFailed;

/** Renders Jinja2 templates that tenants write, within bounds of work, memory and time. */
export type Templates = {
  /** Whether the template parses; filters and functions that do not exist show only when it is rendered. */
  check(source: string): Promise<{ ok: true } | TemplateFailed>;
  /** `context` is plain JSON. Never throws for what a template does. */
  render(template: Template, context: Readonly<Record<string, unknown>>): Promise<TemplateRendering>;
  /** Waits for what is under way. */
  close(): Promise<void>;
};
