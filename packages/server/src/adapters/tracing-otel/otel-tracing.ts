import type { Context, Span as OtelSpan } from "@opentelemetry/api";
import type * as Sdk from "@opentelemetry/sdk-trace";
import { parseTraceparent, writeTraceparent } from "../../kit/traceparent.ts";
import type { Span, SpanKind, Tracing } from "../../ports/tracing/port.ts";

export type OtelOptions = {
  version: string;
  /** As OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say. */
  sampler: { kind: "always_on" | "always_off" | "traceidratio"; parentBased: boolean; ratio: number };
  /** How long spans are gathered before they are sent. */
  delayMs: number;
};

/**
 * Sends spans to an OpenTelemetry collector, OTLP over HTTP. Where it is, and how it is spoken to, the packages read from
 * OTEL_EXPORTER_OTLP_… themselves; what a collector does not take is dropped. They are loaded here and not before.
 */
export async function openOtelTracing({ version, sampler, delayMs }: OtelOptions): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import("@opentelemetry/api"), import("@opentelemetry/sdk-trace"), import("@opentelemetry/exporter-trace-otlp-http"), import("@opentelemetry/resources"),
  ]);
  const named = resources.resourceFromAttributes({ "service.name": "bellhop", "service.version": version });
  const provider = new sdk.TracerProvider({
    resource: named.merge(resources.detectResources({ detectors: [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector] })),
    sampler: samplerOf(sdk, sampler),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: delayMs })],
  });
  const tracer = provider.getTracer("bellhop", version);
  const kinds: Record<SpanKind, number> = { server: api.SpanKind.SERVER, internal: api.SpanKind.INTERNAL, client: api.SpanKind.CLIENT };
  const contextOf = (parent: string | null): Context => {
    const parsed = parseTraceparent(parent);
    if (parsed === null) return api.ROOT_CONTEXT;
    const { sampled, ...ids } = parsed;
    return api.trace.setSpanContext(api.ROOT_CONTEXT, { ...ids, traceFlags: sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE, isRemote: true });
  };
  return {
    start: ({ name, kind, parent, values }) => wrap(tracer.startSpan(name, { kind: kinds[kind], attributes: { ...values } }, contextOf(parent)), api.SpanStatusCode.ERROR),
    close: () => provider.shutdown(),
  };
}

function wrap(span: OtelSpan, error: number): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: writeTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 }),
    end: (values, failed) => {
      span.setAttributes({ ...values });
      if (failed !== undefined) span.setStatus({ code: error, message: failed });
      span.end();
    },
  };
}

function samplerOf(sdk: typeof Sdk, { kind, parentBased, ratio }: OtelOptions["sampler"]): Sdk.Sampler {
  const root = ((): Sdk.Sampler => {
    switch (kind) {
      case "always_on":
        return new sdk.AlwaysOnSampler();
      case "always_off":
        return new sdk.AlwaysOffSampler();
      case "traceidratio":
        return new sdk.TraceIdRatioBasedSampler(ratio);
    }
  })();
  return parentBased ? new sdk.ParentBasedSampler({ root }) : root;
}
