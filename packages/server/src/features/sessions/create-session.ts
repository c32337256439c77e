import { holdPasswordOf } from "../../db/queries/people.ts";
import type { Session } from "../../db/queries/sessions.ts";
import { insertSession } from "../../db/queries/sessions.ts";
import { Failure } from "../../domain/failure.ts";
import type { Origin, Viewer } from "../../domain/viewer.ts";
import { hashApiKey } from "../../kit/api-key.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { judgePassword } from "./judge-password.ts";

export type StartedSession = Session & { username: string; /** The secret of the cookie, given this once. */ token: string; lifetimeMs: number };

const tokenBytes = 32;
const longestUserAgent = 512;

/** Signs a user in. Throws unauthenticated when name and password do not fit, too_many_requests after too many failures. */
export async function createSession(services: Pick<Services, "db" | "random" | "ids" | "limits">, origin: Omit<Origin, "credential">, login: { username: string; password: string }): Promise<StartedSession> {
  noViewer("whoever signs in is nobody yet");
  noEvent("automations watch artifacts and runs, not people");
  const proven = await judgePassword(services, { ...login, from: origin, viewer: null });
  if (proven === null) throw doNotFit();
  const viewer: Viewer = { userId: proven.userId, username: proven.username, entityId: proven.entityId, isAdmin: proven.isAdmin };
  const token = services.random.bytes(tokenBytes).toString("base64url");
  const lifetimeMs = services.limits.sessionMs;
  return services.db.transaction(async (tx) => {
    // Whoever changes a password ends the sessions that there are: none may begin behind that with the one of before.
    if (!(await holdPasswordOf(tx, viewer.userId, proven.passwordHash))) throw doNotFit();
    const session = await insertSession(tx, {
      id: services.ids(), userId: viewer.userId, entityId: viewer.entityId, hash: hashApiKey(token), address: origin.address, userAgent: origin.userAgent?.slice(0, longestUserAgent) ?? null, lifetimeMs,
    });
    await recordAudit(tx, { ...viewer, origin: { ...origin, credential: null } }, { action: "session.create", entityId: viewer.entityId, object: { id: session.id, name: viewer.username }, after: { expiresAt: session.expiresAt.toISOString() } });
    return { ...session, username: viewer.username, token, lifetimeMs };
  });
}

const doNotFit = (): Failure => new Failure("unauthenticated", "User name and password do not fit.");
