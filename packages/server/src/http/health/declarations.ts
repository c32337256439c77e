export type Declaration = { type: "counter" | "gauge" | "histogram"; name: string; help: string; labels: readonly string[]; buckets?: readonly number[] };

const seconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300, 3_600];

/** Every metric of ours; docs/reference/metrics.md is generated from this list. */
export const declarations = {
  events: { type: "counter", name: "bellhop_events_total", help: "Changes accepted as events.", labels: ["type"] },
  firings: { type: "counter", name: "bellhop_firings_total", help: "Automations that matched an event and fire, by the type of the event.", labels: ["type"] },
  skips: { type: "counter", name: "bellhop_skips_total", help: "Firings held back, by reason.", labels: ["reason"] },
  attempts: { type: "counter", name: "bellhop_attempts_total", help: "Attempts at delivery, by outcome and reason.", labels: ["outcome", "reason"] },
  lag: { type: "histogram", name: "bellhop_delivery_lag_seconds", help: "From the event to the end of the attempt that delivered it.", labels: [], buckets: seconds },
  queue: { type: "gauge", name: "bellhop_queue_deliveries", help: "Deliveries that are not settled, by state (pending, retrying, running), of all processes; an estimate above 100,000. Read at most every 5 s.", labels: ["state"] },
  breakers: { type: "gauge", name: "bellhop_breakers", help: "Circuit breakers of webhooks that are not closed, by state (open, half_open), of all processes. Read at most every 5 s.", labels: ["state"] },
  inFlight: { type: "gauge", name: "bellhop_deliveries_in_flight", help: "Attempts under way in this process.", labels: [] },
  lines: { type: "counter", name: "bellhop_ingest_lines_total", help: "New lines that runs reported, by stream (history, events, output).", labels: ["stream"] },
  points: { type: "counter", name: "bellhop_ingest_points_total", help: "Values in new history lines and system metrics, without the SDK's own keys that begin with _.", labels: [] },
  requests: { type: "histogram", name: "bellhop_http_request_seconds", help: "Requests, by method, route and status.", labels: ["method", "route", "status"], buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60] },
  connections: { type: "gauge", name: "bellhop_db_connections", help: "Connections to PostgreSQL of this process, by state (idle, busy).", labels: ["state"] },
  waiting: { type: "gauge", name: "bellhop_db_waiting", help: "Statements and transactions of this process that wait for a connection.", labels: [] },
  waits: { type: "histogram", name: "bellhop_db_wait_seconds", help: "How long transactions waited for a connection.", labels: [], buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10] },
  swept: { type: "counter", name: "bellhop_swept_total", help: "What background work changed or removed, by sweep.", labels: ["sweep"] },
  missing: { type: "counter", name: "bellhop_graphql_missing_total", help: "Fields and operations that a client asked for and this server lacks.", labels: ["field"] },
  limited: { type: "counter", name: "bellhop_rate_limited_total", help: "Requests refused with 429, by the limit that was reached.", labels: ["limit"] },
} as const satisfies Record<string, Declaration>;
