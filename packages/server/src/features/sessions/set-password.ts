import { notifyCredentials } from "../../db/queries/credentials.ts";
import { findUserByName, setPasswordOf } from "../../db/queries/people.ts";
import { deleteSessionsOf } from "../../db/queries/sessions.ts";
import { notFound } from "../../domain/failure.ts";
import { requirePassword } from "../../domain/password.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { hashPassword } from "../../kit/password.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireServerAdmin } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";

/** Gives a user a password, whether there was one or not, and ends all of their sessions. Only for a server administrator. */
export async function setPassword(services: Pick<Services, "db" | "random" | "credentials">, viewer: Viewer, input: { username: string; password: string }): Promise<void> {
  requireServerAdmin(viewer);
  noEvent("automations watch artifacts and runs, not people");
  requirePassword(input.password, "password");
  const hash = await hashPassword(input.password, services.random);
  await services.db.transaction(async (tx) => {
    const user = await findUserByName(tx, input.username);
    if (user === null) throw notFound(`User "${input.username}"`);
    await setPasswordOf(tx, user.id, hash);
    const endedSessions = await deleteSessionsOf(tx, user.id, null);
    await recordAudit(tx, viewer, { action: "user.set_password", entityId: user.entityId, object: { id: user.id, name: user.username }, after: { endedSessions } });
    await notifyCredentials(tx);
    tx.afterCommit(services.credentials.forget);
  });
}
