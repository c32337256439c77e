import { errorCatalogue } from "@bellhop/contract";
import type { ErrorCode, Problem } from "@bellhop/contract";

/**
 * An expected failure of a verb: what a user did that cannot be done. Its message is public; it says what and where.
 * Faults of our own are ordinary errors: they are logged, and the user is told no more than that.
 */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly details: readonly Problem[];
  /** When it is worth trying again; null where that is not known. */
  readonly retryAfterSeconds: number | null;

  constructor(code: ErrorCode, message: string, details: readonly Problem[] = [], retryAfterSeconds: number | null = null) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** The one answer for what does not exist and for what the viewer may not see. */
export const notFound = (what: string): Failure => new Failure("not_found", `${what} not found.`);

export const forbidden = (message: string): Failure => new Failure("forbidden", message);

/** Too much too soon. Whole seconds, at least one: clients wait as long as they are told. */
export const tooManyRequests = (message: string, retryAfterMs: number): Failure => new Failure("too_many_requests", message, [], Math.max(1, Math.ceil(retryAfterMs / 1_000)));

export const conflict = (message: string): Failure => new Failure("conflict", message);

/** A value that does not fit. The message repeats the first problem, for clients that show only it. */
export function invalid(problems: readonly Problem[]): Failure {
  const [first] = problems;
  const message = first === undefined ? "The request is not valid." : first.path === "" ? first.message : `${first.path}: ${first.message}`;
  return new Failure("invalid", message, problems);
}

export const invalidAt = (path: string, message: string): Failure => invalid([{ path, message }]);
