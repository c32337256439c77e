import type { FastifyRequest } from "fastify";
import type { Readable } from "node:stream";
import { Failure } from "../../domain/failure.ts";
import type { LinkMethod, LinkRefusal } from "../../domain/signed-link/signed-link.ts";
import { verifyLinkByAny } from "../../domain/signed-link/signed-link.ts";
import { artifactLinkKeys } from "../../features/artifacts/index.ts";
import type { Services } from "../../features/services.ts";

const refusals: Readonly<Record<LinkRefusal, string>> = {
  expired: "The link has expired; ask for a new one.",
  bad_signature: "The link is not one of this server.",
  malformed: "The link is not one of this server.",
};

/** What the link that a request came by promises; throws forbidden unless this server made it for this method and path. */
export function presentedLink(services: Pick<Services, "secretStore" | "clock">, request: FastifyRequest, method: LinkMethod): { claims: Record<string, string> } {
  const [path = "", query = ""] = request.raw.url?.split("?", 2) ?? [];
  const link = verifyLinkByAny({ method, path, query, now: services.clock.now() }, artifactLinkKeys(services));
  if (!link.ok) throw new Failure("forbidden", refusals[link.reason]);
  return { claims: link.claims };
}

/** The body as it comes in, and its length where the client announced one. */
export function uploadOf(request: FastifyRequest): { body: Readable; sizeBytes: number | undefined } {
  const announced = request.headers["content-length"];
  return { body: request.raw, sizeBytes: announced === undefined ? undefined : Number(announced) };
}
