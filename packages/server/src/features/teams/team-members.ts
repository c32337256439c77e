import type { Transaction } from "../../db/database.ts";
import type { Member } from "../../db/queries/people-members.ts";
import { findRoleInTeam, hasOtherTeamAdmin, listTeamMembers as listRows, removeFromTeam, setTeamMember as setRow } from "../../db/queries/people-members.ts";
import { lockTeam } from "../../db/queries/teams.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { joinOrganizationOf } from "./join-organization.ts";
import type { VisibleTeam } from "./permissions.ts";
import { requireRealTeam, requireTeam, requireUser } from "./permissions.ts";

type Db = Pick<Services, "db">;
type Named = { team: string; username: string };

/** By user name; whoever sees the team may ask. Empty for a personal entity. Up to `limit` + 1. */
export async function listTeamMembers(services: Db, viewer: Viewer, input: { team: string; after: string | null; limit: number }): Promise<Member[]> {
  const team = await requireTeam(services.db, viewer, input.team, "viewer");
  return listRows(services.db, team.entityId, { after: input.after, limit: input.limit + 1 });
}

/** Adds a member, to the team's organization too, or changes the role. Needs the role admin. Conflict when the team would have no administrator. */
export async function setTeamMember(services: Db, viewer: Viewer, input: Named & { role: Role }): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const team = await requireRealTeam(tx, viewer, input.team, "admin");
    const user = await requireUser(tx, input.username);
    await lockTeam(tx, team.entityId);
    const before = await findRoleInTeam(tx, team.entityId, user.id);
    if (input.role !== "admin") await requireAnotherAdmin(tx, team, user, before);
    await joinOrganizationOf(tx, viewer, team.entityId, user);
    await setRow(tx, team.entityId, user.id, input.role);
    if (before !== input.role) await recordAudit(tx, viewer, { action: "member.set", entityId: team.entityId, object: { id: user.id, name: user.username }, before: before === null ? null : { role: before }, after: { role: input.role } });
  });
}

/** Removes a member; they stay in the organization. Needs the role admin, but everyone may leave. */
export async function removeTeamMember(services: Db, viewer: Viewer, input: Named): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const leaves = input.username.toLowerCase() === viewer.username.toLowerCase();
    const team = await requireRealTeam(tx, viewer, input.team, leaves ? "viewer" : "admin");
    const user = await requireUser(tx, input.username);
    await lockTeam(tx, team.entityId);
    const before = await findRoleInTeam(tx, team.entityId, user.id);
    await requireAnotherAdmin(tx, team, user, before);
    if (before === null || !(await removeFromTeam(tx, team.entityId, user.id))) throw notFound(`Member "${input.username}"`);
    await recordAudit(tx, viewer, { action: "member.remove", entityId: team.entityId, object: { id: user.id, name: user.username }, before: { role: before } });
  });
}

async function requireAnotherAdmin(tx: Transaction, team: VisibleTeam, user: { id: number; username: string }, role: Role | null): Promise<void> {
  if (role !== "admin") return;
  if (!(await hasOtherTeamAdmin(tx, team.entityId, user.id))) throw conflict(`"${user.username}" is the last administrator of "${team.name}".`);
}
