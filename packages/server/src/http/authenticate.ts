import type { FastifyRequest } from "fastify";
import { Failure, forbidden } from "../domain/failure.ts";
import type { CredentialKind, Viewer } from "../domain/viewer.ts";
import type { Services } from "../features/services.ts";
import { hashApiKey, isPlausibleApiKey } from "../kit/api-key.ts";
import { askedEntities } from "./rate-limits/asked-entity.ts";
import type { RateLimiter } from "./rate-limits/limiter.ts";
import { noLimits } from "./rate-limits/limiter.ts";
import { originOf } from "./origin-of.ts";
import { isFromOwnPage } from "./same-origin.ts";
import { readSessionCookie } from "./session-cookie.ts";

/**
 * Who asks; null when the request carries no credentials. Throws unauthenticated for a key or session that is not valid,
 * forbidden for a write with a session that another site's page may have caused, and too_many_requests.
 */
export type Authenticate = (request: Asking) => Promise<Viewer | null>;

export type Asking = Pick<FastifyRequest, "headers" | "ip" | "method" | "host"> & { params?: unknown; body?: unknown };

const safe: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Reads `Authorization: Basic base64(<any user name>:<key>)`, as the SDK sends it, `Bearer <key>`, or the cookie of a session. */
export function makeAuthenticate({ credentials, publicUrl }: Pick<Services, "credentials" | "publicUrl">, limiter: RateLimiter = noLimits): Authenticate {
  const find = async (request: Asking, kind: CredentialKind, secret: string | null): Promise<Viewer | null> => {
    limiter.mayTryKey(request);
    const found = secret === null ? null : await credentials.find(kind, hashApiKey(secret));
    if (found === null) limiter.wrongKey(request);
    else limiter.admitted(request, { credentialId: found.id, team: askedEntities(request).find((name) => found.entities.includes(name)) ?? null });
    return found === null ? null : { ...found.viewer, origin: { ...originOf(request), credential: { kind, id: found.id, name: found.name } } };
  };
  return async (request) => {
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== "") {
      const key = readKey(authorization);
      const viewer = await find(request, "api_key", key === null || !isPlausibleApiKey(key) ? null : key);
      if (viewer === null) throw new Failure("unauthenticated", "The API key is not valid on this server.");
      return viewer;
    }
    const token = readSessionCookie(request.headers.cookie);
    if (token === null) return null;
    // A browser adds the cookie to whatever a page makes it send.
    if (!safe.has(request.method) && !isFromOwnPage(request, publicUrl)) throw forbidden("A request with a session that changes something has to come from a page of this server.");
    const viewer = await find(request, "session", token);
    if (viewer === null) throw new Failure("unauthenticated", "The session has ended; sign in again.");
    return viewer;
  };
}

function readKey(authorization: string): string | null {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return value;
    case "basic": {
      const text = Buffer.from(value, "base64").toString("utf8");
      const colon = text.indexOf(":");
      return colon === -1 ? null : text.slice(colon + 1);
    }
    default:
      return null;
  }
}
