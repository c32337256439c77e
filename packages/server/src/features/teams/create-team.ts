import { addToOrganizationOfTeam, setTeamMember } from "../../db/queries/people-members.ts";
import { insertEntity } from "../../db/queries/people.ts";
import { insertTeam } from "../../db/queries/teams.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
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
      const adminId = input.admin === undefined ? viewer.userId : (await requireUser(tx, input.admin)).id;
      const entityId = await insertEntity(tx, input.name, "team");
      await insertTeam(tx, entityId, organization.id);
      await addToOrganizationOfTeam(tx, entityId, adminId);
      await setTeamMember(tx, entityId, adminId, "admin");
      return requireTeam(tx, viewer, input.name, "viewer");
    });
  } catch (error) {
    throw nameTaken(error, input.name);
  }
}
