import { setProjectMember } from "../../db/queries/people-members.ts";
import { insertNewProject } from "../../db/queries/projects.ts";
import { addArtifactTypes } from "../../db/queries/registries.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireOrganization } from "../teams/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { Registry, Visibility } from "./registry.ts";
import { accessOf, auditedRegistry, registryProjectName, requireArtifactTypes, requireRegistry } from "./registry.ts";

export type CreateRegistryInput = {
  organization: string;
  name: string;
  visibility: Visibility;
  description: string | null;
  /** Null when every type may be linked. */
  artifactTypes: readonly string[] | null;
};

/** Creates a registry. Needs the organization's role admin. Conflict when there is one of that name. */
export async function createRegistry(services: Pick<Services, "db">, viewer: Viewer, input: CreateRegistryInput): Promise<Registry> {
  noEvent("automations watch what is in a registry");
  return services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "admin");
    const name = registryProjectName(input.name);
    if (input.artifactTypes?.length === 0) throw invalidAt("artifactTypes", "must name a type, or be null to allow every type");
    requireArtifactTypes(input.artifactTypes ?? []);
    const project = { entityId: organization.entityId, name, description: input.description, access: accessOf(input.visibility), allowAllArtifactTypes: input.artifactTypes === null, createdBy: viewer.userId };
    const id = await insertNewProject(tx, project);
    if (id === null) throw conflict(`"${organization.name}" has a registry "${input.name}" already.`);
    await addArtifactTypes(tx, id, input.artifactTypes ?? []);
    await setProjectMember(tx, id, viewer.userId, "admin");
    const registry = await requireRegistry(tx, viewer, { organization, name }, "viewer");
    await recordAudit(tx, viewer, { action: "registry.create", entityId: organization.entityId, object: { id, name: registry.name }, after: { ...auditedRegistry(registry), administrator: viewer.username } });
    return registry;
  });
}
