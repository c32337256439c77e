import type { FastifyRequest } from "fastify";
import type { Origin } from "../domain/viewer.ts";

/** Where a request came from, whoever asks. */
export const originOf = (request: Pick<FastifyRequest, "headers" | "ip">): Omit<Origin, "credential"> => ({ address: request.ip, userAgent: request.headers["user-agent"] ?? null });
