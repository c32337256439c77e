import type { RootResolvers } from "./graphql/resolvers.ts";
import { createTeam } from "./mutation/create-team.ts";
import { createUser } from "./mutation/create-user.ts";
import { deleteApiKey } from "./mutation/delete-api-key.ts";
import { generateApiKey } from "./mutation/generate-api-key.ts";
import { entity } from "./query/entity.ts";
import { organization } from "./query/organization.ts";
import { serverInfo } from "./query/server-info.ts";
import { users } from "./query/users.ts";
import { viewer } from "./query/viewer.ts";

export const peopleQueries: RootResolvers = { viewer, users, entity, organization, serverInfo };
export const peopleMutations: RootResolvers = { createTeam, createUser, generateApiKey, deleteApiKey };
