import { deleteOrganization as deleteRows, findAnyTeam, findRegistryInUse, lockOrganization } from "../../db/queries/people-organizations.ts";
import { purgeEntity } from "../../db/queries/people-purge.ts";
import { deleteEntity } from "../../db/queries/people.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { requireOrganization } from "./permissions.ts";

/** Deletes an organization and its empty registries. Needs its role admin. Conflict while it has teams, or collections in a registry. */
export async function deleteOrganization(services: Pick<Services, "db">, viewer: Viewer, input: { organization: string }): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "admin");
    await lockOrganization(tx, organization.id);
    const team = await findAnyTeam(tx, organization.id);
    if (team !== null) throw conflict(`"${organization.name}" has teams, "${team}" among them; delete them first.`);
    const registry = await findRegistryInUse(tx, organization.entityId);
    if (registry !== null) throw conflict(`"${organization.name}" has collections in "${registry}"; delete them first.`);
    await recordAudit(tx, viewer, { action: "organization.delete", entityId: organization.entityId, object: { id: organization.entityId, name: organization.name } });
    await purgeEntity(tx, organization.entityId);
    await deleteRows(tx, organization);
    await deleteEntity(tx, organization.entityId);
  });
}
