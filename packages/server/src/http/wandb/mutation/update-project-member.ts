import { invalidAt } from "../../../domain/failure.ts";
import { roles } from "../../../domain/viewer.ts";
import { setRegistryMember } from "../../../features/registry/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { readRegistryId, readUserId } from "../registry-members.ts";

type Args = { input: { projectId: string; userId: string; userProjectRole: string } };

export const updateProjectMember = async ({ input }: Args, context: Context): Promise<object> => {
  const role = roles.find((known) => known === input.userProjectRole);
  if (role === undefined) throw invalidAt("input.userProjectRole", `"${input.userProjectRole.slice(0, 40)}" is not a role: use ${roles.join(", ")}`);
  const registry = await readRegistryId(context, input.projectId);
  await setRegistryMember(context.services, requireViewer(context), { ...registry, username: await readUserId(context, input.userId), role });
  return { success: true };
};
