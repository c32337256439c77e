import type { Services } from "../features/services.ts";
import { executionOfToken } from "../features/outcomes/index.ts";
import type { Authenticate } from "./authenticate.ts";

/** The header by which a receiver says on whose delivery it acts: the callback address of that delivery, or its token. */
export const causeHeader = "x-bellhop-callback";

const tokenAtEnd = /[A-Za-z0-9_-]{64}$/;

/**
 * Authenticates as before, and notes with the viewer which execution led to the request. A value that is none of ours is
 * ignored: a receiver must not fail because it kept an old address.
 */
export function withCause(authenticate: Authenticate, services: Pick<Services, "secretStore">): Authenticate {
  return async (request) => {
    const viewer = await authenticate(request);
    const header = request.headers[causeHeader];
    if (viewer === null || typeof header !== "string") return viewer;
    const token = tokenAtEnd.exec(header.trim())?.[0];
    const causedBy = token === undefined ? null : executionOfToken(services, token);
    return causedBy === null ? viewer : { ...viewer, causedBy };
  };
}
