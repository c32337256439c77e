import { notifyCredentials } from "../../db/queries/credentials.ts";
import { findLogin, replacePassword } from "../../db/queries/people.ts";
import { deleteSessionsOf } from "../../db/queries/sessions.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import { requirePassword } from "../../domain/password.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { hashPassword } from "../../kit/password.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { currentSession } from "./end-session.ts";
import { judgePassword } from "./judge-password.ts";

/**
 * Gives the viewer another password, and ends their other sessions, in every process. Wrong ones are counted with failed
 * sign-ins: neither a key nor a session that was left open is a way to guess a password.
 */
export async function changePassword(services: Pick<Services, "db" | "random" | "credentials">, viewer: Viewer, input: { currentPassword: string; newPassword: string }): Promise<void> {
  noViewer("the viewer's own password, which they have to know");
  noEvent("automations watch artifacts and runs, not people");
  requirePassword(input.newPassword, "newPassword");
  if ((await findLogin(services.db, viewer.username))?.passwordHash === null) throw conflict("You have no password yet, and so none to change. An administrator of this server can set one.");
  const proven = await judgePassword(services, { username: viewer.username, password: input.currentPassword, from: viewer.origin ?? { address: "", userAgent: null }, viewer });
  if (proven === null || proven.userId !== viewer.userId) throw invalidAt("currentPassword", "is not your password");
  const next = await hashPassword(input.newPassword, services.random);
  await services.db.transaction(async (tx) => {
    if (!(await replacePassword(tx, viewer.userId, { verified: proven.passwordHash, next }))) throw conflict("Your password was changed by another request in the meantime.");
    const endedSessions = await deleteSessionsOf(tx, viewer.userId, currentSession(viewer));
    await recordAudit(tx, viewer, { action: "user.change_password", entityId: viewer.entityId, object: { id: viewer.userId, name: viewer.username }, after: { endedSessions } });
    await notifyCredentials(tx);
    tx.afterCommit(services.credentials.forget);
  });
}
