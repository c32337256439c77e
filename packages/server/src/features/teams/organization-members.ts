import type { Transaction } from "../../db/database.ts";
import type { Member } from "../../db/queries/people-members.ts";
import {
  findRoleInOrganization, findTeamWithSoleAdmin, hasOtherOrganizationAdmin, listOrganizationMembers as listRows, removeFromOrganization, setOrganizationMember as setRow,
} from "../../db/queries/people-members.ts";
import { lockOrganization } from "../../db/queries/people-organizations.ts";
import { lockTeamsOfOrganization } from "../../db/queries/teams.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { VisibleOrganization } from "./permissions.ts";
import { requireOrganization, requireUser } from "./permissions.ts";

type Db = Pick<Services, "db">;
type Named = { organization: string; username: string };

/** By user name; any member may ask. Up to `limit` + 1. */
export async function listOrganizationMembers(services: Db, viewer: Viewer, input: { organization: string; after: string | null; limit: number }): Promise<Member[]> {
  const organization = await requireOrganization(services.db, viewer, input.organization, "viewer");
  return listRows(services.db, organization.id, { after: input.after, limit: input.limit + 1 });
}

/** Adds a member or changes the role. Needs the role admin. Conflict when nobody would be left to administer. */
export async function setOrganizationMember(services: Db, viewer: Viewer, input: Named & { role: Role }): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "admin");
    const user = await requireUser(tx, input.username);
    await lockOrganization(tx, organization.id);
    const before = await findRoleInOrganization(tx, organization.id, user.id);
    if (input.role !== "admin") await requireAnotherAdmin(tx, organization, user, before);
    await setRow(tx, organization.id, user.id, input.role);
    if (before !== input.role) await recordAudit(tx, viewer, { action: "member.set", entityId: organization.entityId, object: { id: user.id, name: user.username }, before: before === null ? null : { role: before }, after: { role: input.role } });
  });
}

/** Removes a member from the organization, its teams and registries. Needs the role admin, but everyone may leave. */
export async function removeOrganizationMember(services: Db, viewer: Viewer, input: Named): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const leaves = input.username.toLowerCase() === viewer.username.toLowerCase();
    const organization = await requireOrganization(tx, viewer, input.organization, leaves ? "viewer" : "admin");
    const user = await requireUser(tx, input.username);
    await lockOrganization(tx, organization.id);
    await lockTeamsOfOrganization(tx, organization.id);
    const before = await findRoleInOrganization(tx, organization.id, user.id);
    await requireAnotherAdmin(tx, organization, user, before);
    const team = await findTeamWithSoleAdmin(tx, organization.id, user.id);
    if (team !== null) throw conflict(`"${user.username}" is the only administrator of the team "${team}"; make another member its administrator first.`);
    if (before === null || !(await removeFromOrganization(tx, organization.id, user.id))) throw notFound(`Member "${input.username}"`);
    await recordAudit(tx, viewer, { action: "member.remove", entityId: organization.entityId, object: { id: user.id, name: user.username }, before: { role: before, teamsAndRegistries: true } });
  });
}

async function requireAnotherAdmin(tx: Transaction, organization: VisibleOrganization, user: { id: number; username: string }, role: Role | null): Promise<void> {
  if (role !== "admin") return;
  if (!(await hasOtherOrganizationAdmin(tx, organization.id, user.id))) throw conflict(`"${user.username}" is the last administrator of "${organization.name}".`);
}
