import { removeRegistryMember } from "../../../features/registry/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { readRegistryId, readUserId, refuseTeams } from "../registry-members.ts";

type Args = { input: { projectId: string; userIds?: readonly string[] | null; teamIds?: readonly string[] | null } };

export const deleteProjectMembers = async ({ input }: Args, context: Context): Promise<object> => {
  refuseTeams(input.teamIds);
  const registry = await readRegistryId(context, input.projectId);
  for (const id of input.userIds ?? []) await removeRegistryMember(context.services, requireViewer(context), { ...registry, username: await readUserId(context, id) });
  return { success: true };
};
