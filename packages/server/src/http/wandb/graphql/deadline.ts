import { Failure } from "../../../domain/failure.ts";
import type { Services } from "../../../features/services.ts";

/** How long a query may take. Mutations go on to their end: a client could not tell whether one was done. */
export const queryDeadlineMs = 10_000;

export const tooSlow = (): Failure => new Failure("bad_request", "The query took too long; ask for less at a time.");

/** The same services, but that read nothing more from the database once the time is over. */
export function withDeadline(services: Services, deadlineMs: number): Services {
  const { db, clock } = services;
  const ends = clock.monotonic() + deadlineMs;
  return { ...services, db: { ...db, query: (statement, values) => (clock.monotonic() < ends ? db.query(statement, values) : Promise.reject(tooSlow())) } };
}

/** What the work gives, or the error when it takes longer. */
export async function within<T>(deadlineMs: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([work, new Promise<T>((resolve) => { timer = setTimeout(() => resolve(late()), deadlineMs); })]);
  } finally {
    clearTimeout(timer);
  }
}
