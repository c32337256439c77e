import type { Origin, Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { judgePassword } from "./judge-password.ts";

/**
 * The user whose name (or email) and password these are; null when they do not fit. Throws too_many_requests after too
 * many failures, each of which stands in the audit log.
 */
export async function verifyLogin(services: Pick<Services, "db">, from: Omit<Origin, "credential">, login: { username: string; password: string }): Promise<Viewer | null> {
  const found = await judgePassword(services, { ...login, from, viewer: null });
  return found === null ? null : { userId: found.userId, username: found.username, entityId: found.entityId, isAdmin: found.isAdmin };
}
