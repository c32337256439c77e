import type { VisibleEntity } from "../../../features/access/index.ts";
import { findEntityOrganization, listOrganizationMembers, listTeamMembers, readUser } from "../../../features/teams/index.ts";
import type { Member } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { memberNode } from "./member.ts";
import { organizationNode } from "./organization.ts";
import { userNode } from "./user.ts";

const mostListed = 10_000;

/** The people behind an entity. */
export const entityPeopleFields = (context: Context, entity: VisibleEntity): object => ({
  members: async () => (await membersOf(context, entity)).map(memberNode),
  organization: async () => {
    const organization = entity.kind === "user" ? null : await findEntityOrganization(context.services, requireViewer(context), entity.id);
    return organization === null ? null : organizationNode(context, organization);
  },
  user: async () => (entity.kind === "user" ? userNode(context, await readUser(context.services, requireViewer(context), { username: entity.name })) : null),
});

async function membersOf(context: Context, entity: VisibleEntity): Promise<Member[]> {
  const viewer = requireViewer(context);
  const page = { after: null, limit: mostListed };
  switch (entity.kind) {
    case "organization":
      return listOrganizationMembers(context.services, viewer, { organization: entity.name, ...page });
    case "team":
      return listTeamMembers(context.services, viewer, { team: entity.name, ...page });
    case "user":
      return [];
  }
}
