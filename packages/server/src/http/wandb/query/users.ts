import { listUsers } from "../../../features/teams/index.ts";
import type { Connection } from "../graphql/connection.ts";
import { connectionOf } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { userNode } from "../nodes/user.ts";

const mostListed = 1_000;

/** Users whom the viewer may see, by part of the user name or the whole email address. */
export const users = async (args: { query?: string | null }, context: Context): Promise<Connection<object>> => {
  const found = await listUsers(context.services, requireViewer(context), { text: args.query ?? null, after: null, limit: mostListed });
  return connectionOf(found, { offset: 0, size: mostListed }, (user) => userNode(context, user));
};
