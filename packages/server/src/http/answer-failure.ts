import type { FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../domain/failure.ts";
import type { Log } from "../kit/log.ts";

/** Answers `{"error": message}`, as storage clients and the SDK read it, and lets the rest of a body run dry, so that the client gets to read it. */
export function answerFailure(error: unknown, to: { request: FastifyRequest; reply: FastifyReply; log: Log }): FastifyReply {
  const { request, reply, log } = to;
  request.raw.resume();
  if (error instanceof Failure) {
    if (error.retryAfterSeconds !== null) reply.header("retry-after", error.retryAfterSeconds);
    return reply.code(error.status).send({ error: error.message });
  }
  if (request.raw.destroyed && !request.raw.complete) {
    log.info({ path: request.routeOptions.url }, "a client broke off its upload");
    return reply.code(400).send({ error: "The body ended too early." });
  }
  const status = statusOf(error);
  if (status < 500) return reply.code(status).send({ error: error instanceof Error ? error.message : "The request cannot be read." });
  log.error({ err: error, path: request.routeOptions.url }, "a storage request failed");
  return reply.code(500).send({ error: "Internal error of the server; its log has the details." });
}

/** Fastify's own refusals carry their status. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : 500;
  return typeof status === "number" && status >= 400 ? status : 500;
}
