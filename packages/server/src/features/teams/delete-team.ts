import { findAnyProject, purgeEntity } from "../../db/queries/people-purge.ts";
import { deleteEntity } from "../../db/queries/people.ts";
import { deleteTeam as deleteRow, findOrganizationEntity, lockTeam } from "../../db/queries/teams.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { requireRealTeam } from "./permissions.ts";

/** Deletes a team with its webhooks, secrets, automations and their history. Needs the role admin. Conflict while it has projects. */
export async function deleteTeam(services: Pick<Services, "db">, viewer: Viewer, input: { team: string }): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const team = await requireRealTeam(tx, viewer, input.team, "admin");
    await lockTeam(tx, team.entityId);
    const project = await findAnyProject(tx, team.entityId);
    if (project !== null) throw conflict(`"${team.name}" has projects, "${project}" among them; delete them first.`);
    const organization = await findOrganizationEntity(tx, team.entityId);
    await recordAudit(tx, viewer, { action: "team.delete", entityId: organization, object: { id: team.entityId, name: team.name } });
    await purgeEntity(tx, team.entityId);
    await deleteRow(tx, team.entityId);
    await deleteEntity(tx, team.entityId);
  });
}
