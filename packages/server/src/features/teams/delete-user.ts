import type { Transaction } from "../../db/database.ts";
import { notifyCredentials } from "../../db/queries/credentials.ts";
import { findAnyProject, purgeEntity } from "../../db/queries/people-purge.ts";
import type { User } from "../../db/queries/people.ts";
import { deleteEntity, deleteUser as deleteUserRow, findLastAdminPost, lockServerAdmins } from "../../db/queries/people.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireServerAdmin } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { requireUser } from "./permissions.ts";

/**
 * Deletes a user with keys, memberships, personal webhooks, secrets and automations. Only for a server administrator.
 * Conflict while the user owns projects, is the last administrator of the server, or the only one of a team.
 */
export async function deleteUser(services: Pick<Services, "db" | "credentials">, viewer: Viewer, input: { username: string }): Promise<void> {
  requireServerAdmin(viewer);
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const user = await requireUser(tx, input.username);
    await requireDispensable(tx, user);
    await recordAudit(tx, viewer, { action: "user.delete", entityId: user.entityId, object: { id: user.id, name: user.username }, before: { displayName: user.displayName, email: user.email, isAdmin: user.isAdmin } });
    await deleteUserRow(tx, user.id);
    await notifyCredentials(tx);
    tx.afterCommit(services.credentials.forget);
    await purgeEntity(tx, user.entityId);
    await deleteEntity(tx, user.entityId);
  });
}

async function requireDispensable(tx: Transaction, user: User): Promise<void> {
  const admins = await lockServerAdmins(tx);
  if (admins.length === 1 && admins[0] === user.id) throw conflict(`"${user.username}" is the last administrator of this server.`);
  const post = await findLastAdminPost(tx, user.id);
  if (post !== null) throw conflict(`"${user.username}" is the only administrator of "${post}"; make another member its administrator first.`);
  const project = await findAnyProject(tx, user.entityId);
  if (project !== null) throw conflict(`"${user.username}" owns projects, "${project}" among them; delete them first.`);
}
