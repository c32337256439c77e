import { notFound } from "../../../domain/failure.ts";
import { decodeId } from "../../../domain/global-id.ts";

/** The number in a run's id; not_found for what is no such id. */
export function runIdOf(id: string): number {
  const runId = decodeId("Run", id);
  if (runId === null) throw notFound("Run");
  return runId;
}
