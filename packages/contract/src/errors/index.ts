/** The error catalogue: every code that a client can meet, its HTTP status, and when it is given. Codes never change. */
export const errorCatalogue = {
  bad_request: { status: 400, meaning: "The request cannot be read: not JSON, a wrong header, an unknown page cursor." },
  unauthenticated: { status: 401, meaning: "No API key was sent, or one that is not valid." },
  forbidden: { status: 403, meaning: "You can see the object, but your role does not allow this." },
  not_found: { status: 404, meaning: "There is no such object, or you may not see it; the answer is the same." },
  method_not_allowed: { status: 405, meaning: "The path exists, but not with this method." },
  conflict: { status: 409, meaning: "The name is taken, or the object is in a state that does not allow this." },
  too_large: { status: 413, meaning: "The body, or a part of it, is over a limit." },
  unsupported_media_type: { status: 415, meaning: "The body is not of a content type that is accepted here." },
  invalid: { status: 422, meaning: "A value does not fit; details name the place and the problem of each." },
  endpoint_not_allowed: { status: 422, meaning: "The URL is not one that webhooks may call." },
  too_many_requests: { status: 429, meaning: "Too many requests, or too many failed attempts to sign in; `Retry-After` says in how many seconds to try again." },
  internal: { status: 500, meaning: "A fault of the server. The request id finds it in the log." },
  unavailable: { status: 503, meaning: "The server is starting, stopping, or cannot reach its database." },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong, and where: a path like `scope.id` or `payload.model_info`. */
export type Problem = { path: string; message: string };

/** The body of every REST answer that is not 2xx. */
export type ErrorBody = { error: { code: ErrorCode; message: string; details: readonly Problem[] } };
