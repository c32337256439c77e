import type { Transaction } from "../../db/database.ts";
import { violates } from "../../db/database.ts";
import { lockProject, renameProject } from "../../db/queries/projects.ts";
import { addArtifactTypes, listArtifactTypes, updateRegistrySettings } from "../../db/queries/registries.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import { registryPrefix } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireOrganization } from "../teams/index.ts";
import { recordAuditOfChange } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { Registry, Visibility } from "./registry.ts";
import { accessOf, auditedRegistry, registryProjectName, requireArtifactTypes, requireNotCore, requireRegistry } from "./registry.ts";

export type UpdateRegistryInput = {
  organization: string;
  registry: string;
  name?: string | undefined;
  visibility?: Visibility | undefined;
  description?: string | null | undefined;
  /** All types allowed from now on, null for every type. Those allowed so far must be among them. */
  artifactTypes?: readonly string[] | null | undefined;
  /** Types allowed from now on besides those allowed so far. */
  addTypes?: readonly string[] | undefined;
};

/** Changes what is given. Needs the registry's role admin. Conflict when the new name is taken; core registries keep theirs. */
export async function updateRegistry(services: Pick<Services, "db">, viewer: Viewer, input: UpdateRegistryInput): Promise<Registry> {
  noEvent("automations watch what is in a registry");
  return services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "viewer");
    const found = await requireRegistry(tx, viewer, { organization, name: input.registry }, "admin");
    await lockProject(tx, found.projectId);
    const allowAll = await changeTypes(tx, found, input);
    const visibility = input.visibility ?? found.visibility;
    const description = input.description === undefined ? found.description : input.description;
    await updateRegistrySettings(tx, found.projectId, { access: accessOf(visibility), allowAllArtifactTypes: allowAll, description });
    const name = await changeName(tx, found, input.name);
    const updated = await requireRegistry(tx, viewer, { organization, name }, "viewer");
    await recordAuditOfChange(tx, viewer, { action: "registry.update", entityId: organization.entityId, object: { id: found.projectId, name: updated.name }, before: auditedRegistry(found), after: auditedRegistry(updated) });
    return updated;
  });
}

/** Whether every type is allowed afterwards. */
async function changeTypes(tx: Transaction, found: Registry, { artifactTypes, addTypes }: UpdateRegistryInput): Promise<boolean> {
  if (artifactTypes === null) return true;
  const wanted = [...new Set([...(artifactTypes ?? []), ...(addTypes ?? [])])];
  requireArtifactTypes(wanted);
  // A registry that took every type keeps those that are in use.
  const sofar = await listArtifactTypes(tx, found.projectId);
  const lost = artifactTypes === undefined ? undefined : sofar.find((type) => !wanted.includes(type));
  if (lost !== undefined) throw invalidAt("artifactTypes", `types can be added, not taken away: "${lost}" is missing`);
  await addArtifactTypes(tx, found.projectId, wanted);
  return found.artifactTypes === null && artifactTypes === undefined && addTypes === undefined;
}

async function changeName(tx: Transaction, found: Registry, name: string | undefined): Promise<string> {
  const wanted = name === undefined ? found.projectName : registryProjectName(name);
  if (wanted === found.projectName) return wanted;
  requireNotCore(found.projectName, "renamed");
  try {
    await renameProject(tx, found.projectId, wanted);
  } catch (error) {
    if (violates(error, "projects_entity_id_name_key")) throw conflict(`"${found.organization}" has a registry "${wanted.slice(registryPrefix.length)}" already.`);
    throw error;
  }
  return wanted;
}
