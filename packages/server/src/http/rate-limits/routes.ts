import type { FastifyInstance } from "fastify";
import { healthPaths } from "../health/routes.ts";
import type { RateLimiter } from "./limiter.ts";

/** Counts every request by its address, and tells each client how it stands, refused or not: `RateLimit-*`. */
export function limitRequests(app: FastifyInstance, limiter: RateLimiter): void {
  app.addHook("onRequest", async (request) => {
    // What watches over the server must not be turned away for what others do.
    if (!healthPaths.has(request.routeOptions.url ?? "")) limiter.arrived(request);
  });
  app.addHook("onSend", async (request, reply) => {
    const standing = limiter.standing(request);
    if (standing === null) return;
    // The SDK's file stream paces itself by the last two.
    reply.header("ratelimit-limit", standing.limit).header("ratelimit-remaining", standing.remaining).header("ratelimit-reset", Math.ceil(standing.fullInMs / 1_000));
  });
}
