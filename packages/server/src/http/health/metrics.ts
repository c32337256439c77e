import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Attempt } from "../../domain/execution.ts";
import type { Declaration } from "./declarations.ts";
import { declarations } from "./declarations.ts";

/** What is counted, and the words for it. Prometheus reads it at /metrics. */
export type Metrics = {
  registry: Registry;
  captured(event: { type: string; firings: number; skips: readonly string[] }): void;
  attempted(attempt: Attempt, lagMs: number): void;
  ingested(lines: { history: number; events: number; output: number; points: number }): void;
  answered(request: { method: string; route: string; status: number; ms: number }): void;
  waitedForConnection(ms: number): void;
  swept(sweep: string, count: number): void;
  missing(field: string): void;
  limited(kind: string): void;
  /** Says where the numbers come from that are read when Prometheus asks. */
  watch(sources: MetricSources): void;
};

export type MetricSources = {
  /** Null when it cannot be told just now. */
  queue(): Promise<Readonly<Record<string, number>> | null>;
  breakers(): Promise<Readonly<Record<string, number>> | null>;
  connections(): { total: number; idle: number; waiting: number };
  inFlight(): number;
};

/** A client may ask for any name at all; only so many become time series. */
const mostMissingFields = 200;

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = makeCounters(registry);
  const { lag, requests, waits } = makeHistograms(registry);
  return {
    registry,
    captured: (event) => {
      counters.events.inc({ type: event.type });
      if (event.firings > 0) counters.firings.inc({ type: event.type }, event.firings);
      for (const reason of event.skips) counters.skips.inc({ reason });
    },
    attempted: (attempt, lagMs) => {
      counters.attempts.inc({ outcome: attempt.outcome, reason: attempt.reason ?? "" });
      if (attempt.outcome === "delivered") lag.observe(lagMs / 1_000);
    },
    ingested: ({ points, ...lines }) => {
      for (const [stream, count] of Object.entries(lines)) counters.lines.inc({ stream }, count);
      counters.points.inc(points);
    },
    answered: ({ method, route, status, ms }) => requests.observe({ method, route, status: String(status) }, ms / 1_000),
    waitedForConnection: (ms) => waits.observe(ms / 1_000),
    swept: (sweep, count) => counters.swept.inc({ sweep }, count),
    limited: (kind) => counters.limited.inc({ limit: kind }),
    missing: boundedNames((field) => counters.missing.inc({ field })),
    watch: (sources) => watchSources(registry, sources),
  };
}

const counter = (registry: Registry, { name, help, labels }: Declaration): Counter => new Counter({ name, help, labelNames: [...labels], registers: [registry] });
const histogram = (registry: Registry, { name, help, labels, buckets = [] }: Declaration): Histogram => new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] });

type Counters = Record<"events" | "firings" | "skips" | "attempts" | "lines" | "points" | "swept" | "missing" | "limited", Counter>;

function makeCounters(registry: Registry): Counters {
  const of = (name: keyof Counters): Counter => counter(registry, declarations[name]);
  return { events: of("events"), firings: of("firings"), skips: of("skips"), attempts: of("attempts"), lines: of("lines"), points: of("points"), swept: of("swept"), missing: of("missing"), limited: of("limited") };
}

const makeHistograms = (registry: Registry): Record<"lag" | "requests" | "waits", Histogram> =>
  ({ lag: histogram(registry, declarations.lag), requests: histogram(registry, declarations.requests), waits: histogram(registry, declarations.waits) });

function watchSources(registry: Registry, sources: MetricSources): void {
  const gauge = ({ name, help, labels }: Declaration, collect: (gauge: Gauge) => void | Promise<void>): Gauge => {
    const made: Gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry], collect: () => collect(made) });
    return made;
  };
  const byState = (read: MetricSources["queue"]) => async (made: Gauge): Promise<void> => {
    const counts = await read();
    made.reset();
    for (const [state, count] of Object.entries(counts ?? {})) made.set({ state }, count);
  };
  gauge(declarations.queue, byState(sources.queue));
  gauge(declarations.breakers, byState(sources.breakers));
  gauge(declarations.inFlight, (made) => made.set(sources.inFlight()));
  gauge(declarations.connections, (made) => {
    const { total, idle } = sources.connections();
    made.set({ state: "idle" }, idle);
    made.set({ state: "busy" }, total - idle);
  });
  gauge(declarations.waiting, (made) => made.set(sources.connections().waiting));
}

function boundedNames(count: (name: string) => void): (name: string) => void {
  const seen = new Set<string>();
  return (name) => {
    const known = seen.has(name) || seen.size < mostMissingFields;
    if (known) seen.add(name);
    count(known ? name : "(others)");
  };
}
