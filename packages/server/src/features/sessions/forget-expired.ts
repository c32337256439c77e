import { purgeLoginFailures } from "../../db/queries/login-failures.ts";
import { purgeExpiredSessions } from "../../db/queries/sessions.ts";
import type { Services } from "../services.ts";

/** Deletes sessions that have expired and what no longer counts of failures to sign in; for the server itself, now and then. Gives how many. */
export async function forgetExpired(services: Pick<Services, "db">): Promise<number> {
  return (await purgeExpiredSessions(services.db)) + (await purgeLoginFailures(services.db));
}
