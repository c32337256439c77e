import { conflict, invalidAt } from "../../../domain/failure.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import type { Services } from "../../../features/services.ts";
import { createTeam as createTeamVerb, listOrganizations } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { entityNode } from "../nodes/entity.ts";

type Args = { input: { teamName: string; teamAdminUserName?: string | null } };

export const createTeam = async ({ input }: Args, context: Context): Promise<object> => {
  const viewer = requireViewer(context);
  const organization = await theOrganization(context.services, viewer);
  const admin = input.teamAdminUserName ?? viewer.username;
  const team = await createTeamVerb(context.services, viewer, { organization, name: input.teamName, admin });
  return { entity: entityNode(context, { id: team.entityId, name: team.name, kind: "team", role: team.role }) };
};

/** The client names no organization: it has to be plain which one is meant. */
async function theOrganization(services: Services, viewer: Viewer): Promise<string> {
  const all = await listOrganizations(services, viewer, { after: null, limit: 100 });
  const managed = all.filter(({ role }) => role === "admin");
  const [only] = managed;
  if (only === undefined) throw conflict("You administer no organization in which the team could be created.");
  if (managed.length > 1) throw invalidAt("teamName", `you administer several organizations (${managed.map(({ name }) => name).join(", ").slice(0, 500)}): create the team with POST /api/v1/organizations/{org}/teams`);
  return only.name;
}
