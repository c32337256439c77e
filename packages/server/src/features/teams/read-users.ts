import type { Organization } from "../../db/queries/people-organizations.ts";
import { listOrganizationsOf } from "../../db/queries/people-organizations.ts";
import type { User } from "../../db/queries/people.ts";
import { findUserById, searchVisibleUsers } from "../../db/queries/people.ts";
import type { UserTeam } from "../../db/queries/teams.ts";
import { listTeamsOfUser } from "../../db/queries/teams.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";

type Db = Pick<Services, "db">;

/** Users whom the viewer may see: themselves, those of their organizations, and all for a server administrator. Up to `limit` + 1. */
export const listUsers = (services: Db, viewer: Viewer, input: { text: string | null; after: string | null; limit: number }): Promise<User[]> =>
  searchVisibleUsers(services.db, viewer, { ...input, username: null, limit: input.limit + 1 });

export async function readUser(services: Db, viewer: Viewer, input: { username: string }): Promise<User> {
  const [user] = await searchVisibleUsers(services.db, viewer, { text: null, username: input.username, after: null, limit: 1 });
  if (user === undefined) throw notFound(`User "${input.username}"`);
  return user;
}

/** The viewer's own data. */
export async function readCurrentUser(services: Db, viewer: Viewer): Promise<User> {
  const user = await findUserById(services.db, viewer.userId);
  if (user === null) throw notFound(`User "${viewer.username}"`);
  return user;
}

/** A user by id, without a check of visibility: for those who were reached through an object that the viewer sees. */
export const findUser = (services: Db, id: number): Promise<User | null> => findUserById(services.db, id);

/** Teams of which the user is a member, with the role there; to be shown to the user and to server administrators. */
export const listUserTeams = (services: Db, userId: number): Promise<UserTeam[]> => listTeamsOfUser(services.db, userId);

/** Organizations of which the user is a member; to be shown to the user and to server administrators. */
export const listUserOrganizations = (services: Db, userId: number): Promise<Organization[]> => listOrganizationsOf(services.db, userId);
