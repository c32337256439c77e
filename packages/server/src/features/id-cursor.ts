import { Failure } from "../domain/failure.ts";
import { isUuid } from "../kit/ids.ts";

/** Throws bad_request unless the key of a list's cursor is an id, or there is no cursor. */
export function requireIdCursor(key: string | null): void {
  if (key !== null && !isUuid(key)) throw new Failure("bad_request", "This is not a cursor of this list.");
}
