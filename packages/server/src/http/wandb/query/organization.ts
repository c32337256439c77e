import { findVisibleOrganization } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { organizationNode } from "../nodes/organization.ts";

/** By its name, or that of its entity. */
export const organization = async (args: { name?: string | null }, context: Context): Promise<object | null> => {
  const found = await findVisibleOrganization(context.services, requireViewer(context), args.name ?? "");
  return found === null ? null : organizationNode(context, found);
};
