import { invalidAt, notFound } from "../../domain/failure.ts";
import { decodeId } from "../../domain/global-id.ts";
import { isRegistryName } from "../../domain/names.ts";
import { findProject } from "../../features/projects/index.ts";
import { findUser } from "../../features/teams/index.ts";
import type { Context } from "./graphql/context.ts";
import { requireViewer } from "./graphql/context.ts";

/** The registry that the id of a project stands for, as the verbs of registries name it. Throws not_found. */
export async function readRegistryId(context: Context, id: string): Promise<{ organization: string; registry: string }> {
  const number = decodeId("Project", id) ?? decodeId("ProjectInternalId", id);
  const project = number === null ? null : await findProject(context.services, requireViewer(context), { id: number });
  if (project === null || !isRegistryName(project.name)) throw notFound("Registry");
  return { organization: project.entity_name, registry: project.name };
}

/** The user name behind an id. Throws not_found. */
export async function readUserId(context: Context, id: string): Promise<string> {
  const number = decodeId("User", id);
  const user = number === null ? null : await findUser(context.services, number);
  if (user === null) throw notFound("User");
  return user.username;
}

/** Teams cannot be members of a registry here; to forget them silently would look like success. */
export function refuseTeams(teamIds: readonly string[] | null | undefined): void {
  if (teamIds !== null && teamIds !== undefined && teamIds.length > 0) throw invalidAt("input.teamIds", "teams cannot be members of a registry on this server; name their users");
}
