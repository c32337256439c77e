import type { FastifyRequest } from "fastify";
import { Failure } from "../domain/failure.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { Services } from "../features/services.ts";
import { findViewerByKeyHash } from "../features/tokens/index.ts";
import { hashApiKey, isPlausibleApiKey } from "../kit/api-key.ts";

/** Who asks; null when the request carries no credentials. Throws unauthenticated for a key that is not valid. */
export type Authenticate = (request: Pick<FastifyRequest, "headers">) => Promise<Viewer | null>;

/**
 * How long a key that was found is taken for good without asking the database: every request brings one, and the
 * question would cost as much as the rest of a small request. A revoked key works at most this long.
 */
const trustedMs = 1_000;
const mostKeys = 10_000;

type Known = { viewer: Promise<Viewer | null>; until: number };

/** Reads `Authorization: Basic base64(<any user name>:<key>)`, as the SDK sends it, and `Bearer <key>`. */
export function makeAuthenticate(services: Pick<Services, "db" | "clock">): Authenticate {
  const known = new Map<string, Known>();
  const lookUp = (secret: string): Promise<Viewer | null> => {
    const hash = hashApiKey(secret);
    const key = hash.toString("latin1");
    const now = services.clock.monotonic();
    const found = known.get(key);
    if (found !== undefined && now < found.until) return found.viewer;
    const viewer = findViewerByKeyHash(services, hash);
    known.delete(key);
    // A map keeps the order of insertion: the first key is the oldest.
    const oldest = known.size >= mostKeys ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    const entry = { viewer, until: now + trustedMs };
    known.set(key, entry);
    // Only keys that were found are kept; whoever asked gets the outcome itself, an error too.
    const forget = (): void => void (known.get(key) === entry && known.delete(key));
    viewer.then((outcome) => outcome ?? forget(), forget);
    return viewer;
  };
  return async ({ headers }) => {
    const { authorization } = headers;
    if (authorization === undefined || authorization === "") return null;
    const key = readKey(authorization);
    const viewer = key === null || !isPlausibleApiKey(key) ? null : await lookUp(key);
    if (viewer === null) throw new Failure("unauthenticated", "The API key is not valid on this server.");
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
