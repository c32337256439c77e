import { isRecord } from "../../kit/cast.ts";

/** Why the embedded database could not be started. */
export type DatabaseProblem =
  | "binaries-missing"
  | "no-unprivileged-account"
  | "folder-in-use"
  | "folder-unreachable"
  | "data-missing"
  | "wrong-owner"
  | "wrong-version"
  | "initialisation-failed"
  | "start-failed";

/** Every failure of this adapter that an operator can act on; the message says how. */
export class EmbeddedDatabaseError extends Error {
  readonly problem: DatabaseProblem;

  constructor(problem: DatabaseProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EmbeddedDatabaseError";
    this.problem = problem;
  }
}

/** The `code` of a system or PostgreSQL error (ENOENT, 57P03 …), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return isRecord(error) && typeof error["code"] === "string" ? error["code"] : undefined;
}
