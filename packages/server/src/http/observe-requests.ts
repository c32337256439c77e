import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../kit/log.ts";
import type { UnitOfWork } from "../kit/unit-of-work.ts";
import { inUnit } from "../kit/unit-of-work.ts";
import type { Span, Tracing } from "../ports/tracing/port.ts";
import type { Metrics } from "./health/metrics.ts";
import { healthPaths } from "./health/routes.ts";

export type Observation = { log: Log; metrics: Pick<Metrics, "answered">; tracing: Tracing };

/**
 * One line in the log, one number in the metrics and one span for each request. The route and not the address: an address
 * may hold a signature. Call it before the routes are made.
 */
export function observeRequests(app: FastifyInstance, { log, metrics, tracing }: Observation): void {
  const under = new WeakMap<FastifyRequest, { unit: UnitOfWork; span: Span | null }>();
  app.addHook("onRequest", (request, _reply, done) => {
    const { traceparent } = request.headers;
    const parent = typeof traceparent === "string" ? traceparent : null;
    const span = healthPaths.has(routeOf(request)) ? null : tracing.start({ name: `${request.method} ${routeOf(request)}`, kind: "server", parent, values: { "http.request.method": request.method, "http.route": routeOf(request) } });
    const unit: UnitOfWork = { traceparent: span?.traceparent ?? null, fields: {} };
    under.set(request, { unit, span });
    inUnit(unit, done);
  });
  // The body arrives outside of what the hook above began.
  app.addHook("preValidation", (request, _reply, done) => {
    const found = under.get(request);
    if (found === undefined) done();
    else inUnit(found.unit, done);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const found = under.get(request);
    found?.span?.end({ "http.response.status_code": reply.statusCode, "bellhop.request_id": request.id }, reply.statusCode >= 500 ? String(reply.statusCode) : undefined);
    tell(log, metrics, { request, reply, unit: found?.unit ?? null });
    done();
  });
}

function tell(log: Log, metrics: Observation["metrics"], { request, reply, unit }: { request: FastifyRequest; reply: FastifyReply; unit: UnitOfWork | null }): void {
  const { method, id } = request;
  const [route, status, ms] = [routeOf(request), reply.statusCode, reply.elapsedTime];
  metrics.answered({ method, route, status, ms });
  const line = { work: "request", requestId: id, method, route, status, ms: Math.round(ms * 10) / 10, ...(unit?.traceparent === null ? {} : { traceparent: unit?.traceparent }), ...unit?.fields };
  if (healthPaths.has(route)) log.debug(line, "answered");
  else log.info(line, "answered");
}

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? "(none)";
