import type { TemplateForm } from "../../ports/templates/port.ts";

/** What the thread is asked for; a template without a context is only parsed. */
export type Task = { number: number; source: string; form: TemplateForm; context: Readonly<Record<string, unknown>> | null };

export type TaskEnd =
  | { kind: "ready" }
  | { kind: "done"; number: number; text: string }
  /** The engine says what is wrong with the template. */
  | { kind: "refused"; number: number; stage: "parse" | "render"; message: string }
  /** The engine broke down, and this thread is of no more use. */
  | { kind: "broken"; number: number; memoryFull: boolean; message: string };
