import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { readSealed } from "../../domain/template/sealed-text.ts";
import { isRecord } from "../../kit/cast.ts";

/** A request as executions keep it; null where none is kept yet. */
export function readRendered(stored: unknown): RenderedRequest | null {
  if (!isRecord(stored)) return null;
  if (stored["body"] === null) return { body: null };
  const body = readSealed(stored["body"]);
  return body === undefined ? null : { body };
}
