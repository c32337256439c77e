export type SpanKind = "server" | "internal" | "client";
export type SpanValue = string | number | boolean;

/** A part of a trace that is under way. */
export type Span = {
  /** What its own parts, and those that it calls, name as their parent; null where there is no trace. */
  traceparent: string | null;
  /** `failed`: why it did not succeed, as a short code. */
  end(values: Readonly<Record<string, SpanValue>>, failed?: string): void;
};

/** Tells somebody else which work belongs together, and how long each part took. Never throws, and nothing waits for it. */
export type Tracing = {
  start(span: { name: string; kind: SpanKind; parent: string | null; values?: Readonly<Record<string, SpanValue>> }): Span;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
};
