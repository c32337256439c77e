import { isRecord } from "../kit/cast.ts";
import { readSealed } from "./template/index.ts";
import type { RenderedPayload } from "./template/index.ts";

/**
 * A request's body without its secrets, as it is stored with the execution: every attempt, and a redelivery of "the
 * same bytes", sends this. A null body is a request without one. Address and headers are the webhook's at the time of
 * each attempt, unless there is a target: that of a run hook is rendered like its body.
 */
export type RenderedRequest = { body: RenderedPayload | null; target?: RenderedTarget };

export type RenderedTarget = { method: "POST" | "GET"; url: string };

/** Reads back what was stored as JSON; null when it is nothing of ours. */
export function readRendered(stored: unknown): RenderedRequest | null {
  if (!isRecord(stored)) return null;
  const target = readTarget(stored["target"]);
  const rest = target === null ? {} : { target };
  if (stored["body"] === null) return { body: null, ...rest };
  const body = readSealed(stored["body"]);
  return body === undefined ? null : { body, ...rest };
}

function readTarget(stored: unknown): RenderedTarget | null {
  if (!isRecord(stored)) return null;
  const { method, url } = stored;
  return (method === "POST" || method === "GET") && typeof url === "string" ? { method, url } : null;
}
