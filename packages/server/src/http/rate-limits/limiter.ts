import type { FastifyRequest } from "fastify";
import { tooManyRequests } from "../../domain/failure.ts";
import type { RequestLimits } from "../../features/services.ts";
import type { Clock } from "../../kit/clock.ts";
import { networkOf } from "../../kit/network-of.ts";
import type { Standing, TokenBuckets } from "../../kit/token-buckets.ts";
import { makeTokenBuckets } from "../../kit/token-buckets.ts";

export type RateLimitKind = keyof RequestLimits;

/**
 * Counts requests per address, per key and per team, and requests with a wrong key per address. Counts are this
 * process's own: of several processes each grants the limits.
 */
export type RateLimiter = {
  /** Counts a request by its address; for every request, before anything else. */
  arrived(request: Arrived): void;
  /** Throws when too many wrong keys came from the address: no further key is looked at. */
  mayTryKey(request: Arrived): void;
  /** Counts a wrong key. */
  wrongKey(request: Arrived): void;
  /** Counts a request by its key and, where it is about a team of the key's user, by the team. */
  admitted(request: Arrived, who: { credentialId: string; team: string | null }): void;
  /** The limit of those counted for the request that is nearest to its end; null where none was. */
  standing(request: object): Standing | null;
};

export type Arrived = Pick<FastifyRequest, "ip" | "headers">;

const mostBuckets = 50_000;

const words: Record<RateLimitKind, string> = {
  key: "Too many requests with this API key or session.",
  team: "Too many requests for this team.",
  address: "Too many requests from this address.",
  failures: "Too many requests with a wrong API key from this address.",
};

export function makeRateLimiter(clock: Clock, limits: RequestLimits, observe: (kind: RateLimitKind, request: Arrived) => void): RateLimiter {
  const buckets = (kind: RateLimitKind): TokenBuckets | null => (limits[kind] === 0 ? null : makeTokenBuckets(clock, limits[kind], mostBuckets));
  const [keys, teams, addresses, failures] = [buckets("key"), buckets("team"), buckets("address"), buckets("failures")];
  const standings = new WeakMap<object, Standing>();
  const note = (request: Arrived, standing: Standing): void => {
    const known = standings.get(request);
    if (known === undefined || standing.remaining < known.remaining) standings.set(request, standing);
  };
  const judge = (kind: RateLimitKind, request: Arrived, standing: Standing): void => {
    note(request, standing);
    if (standing.nextInMs === 0) return;
    observe(kind, request);
    throw tooManyRequests(`${words[kind]} Try again later.`, standing.nextInMs);
  };
  return {
    arrived: (request) => void (addresses !== null && judge("address", request, addresses.take(networkOf(request.ip)))),
    mayTryKey: (request) => {
      const standing = failures?.look(networkOf(request.ip));
      // The limit of failures is told only where it is over: to others it means nothing.
      if (standing !== undefined && standing.nextInMs > 0) judge("failures", request, standing);
    },
    wrongKey: (request) => void failures?.take(networkOf(request.ip)),
    admitted: (request, { credentialId, team }) => {
      if (keys !== null) judge("key", request, keys.take(credentialId));
      if (teams !== null && team !== null) judge("team", request, teams.take(team));
    },
    standing: (request) => standings.get(request) ?? null,
  };
}

/** Counts nothing. */
export const noLimits: RateLimiter = { arrived: () => undefined, mayTryKey: () => undefined, wrongKey: () => undefined, admitted: () => undefined, standing: () => null };
