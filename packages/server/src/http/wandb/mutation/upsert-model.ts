import { invalidAt, notFound } from "../../../domain/failure.ts";
import { decodeId } from "../../../domain/global-id.ts";
import { isRegistryName, registryPrefix } from "../../../domain/names.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import { findProject, upsertProject } from "../../../features/projects/index.ts";
import type { Visibility } from "../../../features/registry/index.ts";
import { createRegistry, updateRegistry } from "../../../features/registry/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { projectNode } from "../nodes/project.ts";

type Input = {
  id?: string | null;
  name?: string | null;
  entityName?: string | null;
  description?: string | null;
  access?: string | null;
  allowAllArtifactTypesInRegistry?: boolean | null;
  artifactTypes?: readonly { name: string }[] | null;
};
type Target = { entity: string; name: string };

/** Creates or changes a project or a registry: the client has one mutation for both, and the name says which. */
export const upsertModel = async ({ input }: { input: Input & Record<string, unknown> }, context: Context): Promise<object> => {
  const viewer = requireViewer(context);
  refuseUnsupported(input);
  const target = await targetOf(context, viewer, input);
  const inserted = isRegistryName(target.name) ? await upsertRegistry(context, viewer, { target, input }) : (await upsertPlain(context, viewer, { target, input }));
  const found = await findProject(context.services, viewer, target);
  const project = found === null ? null : projectNode(context, found);
  return { project, model: project, inserted };
};

/** What is set but could not be kept is refused, not forgotten. */
function refuseUnsupported(input: Record<string, unknown>): void {
  const unsupported = ["dockerImage", "framework", "icon", "isBenchmark", "isPublished", "owner", "rateLimits", "repo", "views"];
  const given = unsupported.find((name) => input[name] !== undefined && input[name] !== null && input[name] !== false);
  if (given !== undefined) throw invalidAt(`input.${given}`, "is not supported by this server");
}

async function targetOf(context: Context, viewer: Viewer, input: Input): Promise<Target> {
  const id = input.id ?? "";
  if (id !== "") {
    const number = decodeId("Project", id);
    const found = number === null ? null : await findProject(context.services, viewer, { id: number });
    if (found === null) throw notFound("Project");
    return { entity: found.entity_name, name: found.name };
  }
  const entity = input.entityName ?? "";
  return { entity: entity === "" ? viewer.username : entity, name: input.name ?? "" };
}

async function upsertPlain(context: Context, viewer: Viewer, { target, input }: { target: Target; input: Input }): Promise<boolean> {
  if (input.access !== undefined && input.access !== null && input.access !== "PRIVATE") throw invalidAt("input.access", "projects are PRIVATE on this server");
  const { inserted } = await upsertProject(context.services, viewer, { ...target, description: input.description ?? undefined });
  return inserted;
}

/** Whether the registry is new. */
async function upsertRegistry(context: Context, viewer: Viewer, { target, input }: { target: Target; input: Input }): Promise<boolean> {
  const { services } = context;
  const visibility = readAccess(input.access ?? null);
  const types = (input.artifactTypes ?? []).map(({ name }) => name);
  const allowAll = input.allowAllArtifactTypesInRegistry ?? null;
  if ((await findProject(services, viewer, target)) === null) {
    await createRegistry(services, viewer, {
      organization: target.entity,
      name: target.name.slice(registryPrefix.length),
      visibility: visibility ?? "organization",
      description: input.description ?? null,
      artifactTypes: allowAll === true || (allowAll === null && types.length === 0) ? null : types,
    });
    return true;
  }
  const typesChange = allowAll === true ? { artifactTypes: null } : allowAll === false || types.length > 0 ? { addTypes: types } : {};
  await updateRegistry(services, viewer, { organization: target.entity, registry: target.name, visibility, description: input.description ?? undefined, ...typesChange });
  return false;
}

function readAccess(access: string | null): Visibility | undefined {
  switch (access) {
    case null:
      return undefined;
    case "PRIVATE":
      return "organization";
    case "RESTRICTED":
      return "restricted";
    default:
      throw invalidAt("input.access", `"${access.slice(0, 40)}" is not an access of a registry: use PRIVATE or RESTRICTED`);
  }
}
