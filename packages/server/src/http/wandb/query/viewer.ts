import { readCurrentUser } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { userNode } from "../nodes/user.ts";

/** Null without a key: that is how the client asks whether its key is valid. */
export const viewer = async (_args: object, context: Context): Promise<object | null> => (context.viewer === null ? null : userNode(context, await readCurrentUser(context.services, context.viewer)));
