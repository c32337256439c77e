import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Attempt } from "../../domain/execution.ts";

/** What is counted, and the words for it. Prometheus reads it at /metrics. */
export type Metrics = {
  registry: Registry;
  captured(event: { type: string; firings: number; skips: readonly string[] }): void;
  attempted(attempt: Attempt, lagMs: number): void;
  missing(field: string): void;
  limited(kind: string): void;
};

const lagBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300, 3_600];
/** A client may ask for any name at all; only so many become time series. */
const mostMissingFields = 200;

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const events = new Counter({ name: "bellhop_events_total", help: "Changes captured as events.", labelNames: ["type"], registers: [registry] });
  const firings = new Counter({ name: "bellhop_firings_total", help: "Automations that matched an event.", labelNames: ["type"], registers: [registry] });
  const skips = new Counter({ name: "bellhop_skips_total", help: "Firings held back, by reason.", labelNames: ["reason"], registers: [registry] });
  const attempts = new Counter({ name: "bellhop_attempts_total", help: "Attempts at delivery, by outcome and reason.", labelNames: ["outcome", "reason"], registers: [registry] });
  const lag = new Histogram({ name: "bellhop_delivery_lag_seconds", help: "From the event to the outcome of an attempt that delivered it.", buckets: lagBuckets, registers: [registry] });
  const unknown = new Counter({ name: "bellhop_graphql_missing_total", help: "Fields and operations that a client asked for and this server lacks.", labelNames: ["field"], registers: [registry] });
  const refusals = new Counter({ name: "bellhop_rate_limited_total", help: "Requests refused with 429, by the limit that was reached.", labelNames: ["limit"], registers: [registry] });
  const seen = new Set<string>();
  return {
    registry,
    captured: (event) => {
      events.inc({ type: event.type });
      if (event.firings > 0) firings.inc({ type: event.type }, event.firings);
      for (const reason of event.skips) skips.inc({ reason });
    },
    attempted: (attempt, lagMs) => {
      attempts.inc({ outcome: attempt.outcome, reason: attempt.reason ?? "" });
      if (attempt.outcome === "delivered") lag.observe(lagMs / 1_000);
    },
    limited: (kind) => refusals.inc({ limit: kind }),
    missing: (field) => {
      const known = seen.has(field) || seen.size < mostMissingFields;
      if (known) seen.add(field);
      unknown.inc({ field: known ? field : "(others)" });
    },
  };
}
