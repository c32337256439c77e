import { encodeId } from "../../../domain/global-id.ts";
import type { User } from "../../../features/teams/index.ts";
import { listUserOrganizations, listUserTeams } from "../../../features/teams/index.ts";
import type { ApiKey } from "../../../features/tokens/index.ts";
import { listApiKeys } from "../../../features/tokens/index.ts";
import { connectionOf } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { entityNode } from "./entity.ts";
import { makeJoint } from "./joint.ts";
import { organizationNode } from "./organization.ts";

/** What other nouns say of a user; filled by join-fields.ts. */
export const userFields = makeJoint<User>();

const mostListed = 1_000;
const everything = { offset: 0, size: mostListed };

/** A user. Keys, teams and organizations are told to the user and to server administrators; to others they are null. */
export function userNode(context: Context, user: User): object {
  const { services } = context;
  const viewer = requireViewer(context);
  const isOwn = user.id === viewer.userId || viewer.isAdmin;
  return {
    __typename: "User",
    id: encodeId("User", user.id),
    name: user.displayName,
    username: user.username,
    email: user.email,
    admin: user.isAdmin,
    entity: user.username,
    flags: JSON.stringify({ code_saving_enabled: false }),
    photoUrl: null,
    // A deleted user leaves no row.
    deletedAt: null,
    apiKeys: async () => {
      if (!isOwn) return null;
      const keys = await listApiKeys(services, viewer, { username: user.username, after: null, limit: mostListed });
      return connectionOf(keys, everything, (key) => apiKeyNode(key, `…${key.ending}`));
    },
    teams: async () => {
      if (!isOwn) return null;
      const teams = await listUserTeams(services, user.id);
      return connectionOf(teams, everything, ({ entityId, name, role }) => entityNode(context, { id: entityId, name, kind: "team", role: viewer.isAdmin ? "admin" : role }));
    },
    organizations: async () => {
      if (!isOwn) return null;
      const organizations = await listUserOrganizations(services, user.id);
      return organizations.map((organization) => organizationNode(context, { ...organization, role: organization.role ?? "viewer" }));
    },
    ...userFields.of(context, user),
  };
}

export const apiKeyNode = (key: Pick<ApiKey, "id" | "description">, name: string): object => ({ __typename: "ApiKey", id: key.id, name, description: key.description });
