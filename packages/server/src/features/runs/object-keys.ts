import type { ObjectKey } from "../../ports/object-store/port.ts";
import { objectKey } from "../../ports/object-store/port.ts";

/** Each upload of a file is an object of its own. */
export const runFileKey = (runId: number, uploadId: string): ObjectKey => objectKey("runs", String(runId), uploadId);

/** The run whose file an object of that key is; null for one that is none. */
export function runOfKey(key: ObjectKey): number | null {
  const [, runId] = /^runs\/(\d{1,15})\//.exec(key) ?? [];
  return runId === undefined ? null : Number(runId);
}
