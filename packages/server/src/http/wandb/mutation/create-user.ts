import { createUser as createUserVerb } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { userNode } from "../nodes/user.ts";

type Args = { input: { email: string; admin?: boolean | null } };

/** The client names no user: the part of the address before the @ becomes the name. */
export const createUser = async ({ input }: Args, context: Context): Promise<object> => {
  const username = (input.email.split("@")[0] ?? "").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "").slice(0, 64);
  const { user } = await createUserVerb(context.services, requireViewer(context), { username, email: input.email, isAdmin: input.admin ?? false });
  return { user: userNode(context, user) };
};
