import { setTeamMember } from "../../db/queries/people-members.ts";
import { insertEntity } from "../../db/queries/people.ts";
import { insertTeam } from "../../db/queries/teams.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { joinOrganizationOf } from "./join-organization.ts";
import { nameTaken, requireEntityName } from "./names.ts";
import type { VisibleTeam } from "./permissions.ts";
import { requireOrganization, requireTeam, requireUser } from "./permissions.ts";

/**
 * Creates a team in an organization. The viewer becomes its administrator, or the user that `admin` names. Needs the
 * organization's role admin. Conflict when the name is taken.
 */
export async function createTeam(services: Pick<Services, "db">, viewer: Viewer, input: { organization: string; name: string; admin?: string }): Promise<VisibleTeam> {
  noEvent("automations watch artifacts and runs, not people");
  try {
    return await services.db.transaction(async (tx) => {
      const organization = await requireOrganization(tx, viewer, input.organization, "admin");
      requireEntityName(input.name, "name");
      const admin = input.admin === undefined ? { id: viewer.userId, username: viewer.username } : await requireUser(tx, input.admin);
      const entityId = await insertEntity(tx, input.name, "team");
      await insertTeam(tx, entityId, organization.id);
      await joinOrganizationOf(tx, viewer, entityId, admin);
      await setTeamMember(tx, entityId, admin.id, "admin");
      // In the organization's log: it outlives the team.
      await recordAudit(tx, viewer, { action: "team.create", entityId: organization.entityId, object: { id: entityId, name: input.name }, after: { administrator: admin.username } });
      return requireTeam(tx, viewer, input.name, "viewer");
    });
  } catch (error) {
    throw nameTaken(error, input.name);
  }
}
