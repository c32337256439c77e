import type { Member } from "../../db/queries/people-members.ts";
import { findRoleInOrganization, findRoleInProject, listProjectMembers, removeFromProject, setProjectMember } from "../../db/queries/people-members.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireOrganization, requireUser } from "../teams/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { requireRegistry } from "./registry.ts";

type Db = Pick<Services, "db">;
type Named = { organization: string; registry: string; username: string };

/** Members of the registry itself, by user name; whoever sees it may ask. Up to `limit` + 1. */
export async function listRegistryMembers(services: Db, viewer: Viewer, input: { organization: string; registry: string; after: string | null; limit: number }): Promise<Member[]> {
  const organization = await requireOrganization(services.db, viewer, input.organization, "viewer");
  const registry = await requireRegistry(services.db, viewer, { organization, name: input.registry }, "viewer");
  return listProjectMembers(services.db, registry.projectId, { after: input.after, limit: input.limit + 1 });
}

/** Adds a member of the organization to the registry, or changes the role. Needs the registry's role admin. */
export async function setRegistryMember(services: Db, viewer: Viewer, input: Named & { role: Role }): Promise<void> {
  noEvent("automations watch what is in a registry");
  await services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "viewer");
    const registry = await requireRegistry(tx, viewer, { organization, name: input.registry }, "admin");
    const user = await requireUser(tx, input.username);
    if ((await findRoleInOrganization(tx, organization.id, user.id)) === null) throw invalidAt("username", `"${user.username}" is not a member of "${organization.name}"`);
    const before = await findRoleInProject(tx, registry.projectId, user.id);
    await setProjectMember(tx, registry.projectId, user.id, input.role);
    const told = { registry: registry.name };
    if (before !== input.role) await recordAudit(tx, viewer, { action: "member.set", entityId: organization.entityId, object: { id: user.id, name: user.username }, before: before === null ? null : { ...told, role: before }, after: { ...told, role: input.role } });
  });
}

/** Needs the registry's role admin. */
export async function removeRegistryMember(services: Db, viewer: Viewer, input: Named): Promise<void> {
  noEvent("automations watch what is in a registry");
  await services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "viewer");
    const registry = await requireRegistry(tx, viewer, { organization, name: input.registry }, "admin");
    const user = await requireUser(tx, input.username);
    const before = await findRoleInProject(tx, registry.projectId, user.id);
    if (before === null || !(await removeFromProject(tx, registry.projectId, user.id))) throw notFound(`Member "${input.username}"`);
    await recordAudit(tx, viewer, { action: "member.remove", entityId: organization.entityId, object: { id: user.id, name: user.username }, before: { registry: registry.name, role: before } });
  });
}
