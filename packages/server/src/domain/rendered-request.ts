import type { RenderedPayload } from "./template/index.ts";

/**
 * A request's body without its secrets, as it is stored with the execution: every attempt, and a redelivery of "the
 * same bytes", sends this. Address and headers are the webhook's at the time of each attempt. A null body is a request
 * without one.
 */
export type RenderedRequest = { body: RenderedPayload | null };
