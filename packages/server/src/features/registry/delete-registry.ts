import { deleteProject } from "../../db/queries/projects.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireOrganization } from "../teams/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { auditedRegistry, requireNotCore, requireRegistry } from "./registry.ts";

/** Deletes a registry with its collections and automations; the versions linked there stay where they come from. Needs its role admin. Conflict for core registries. */
export async function deleteRegistry(services: Pick<Services, "db">, viewer: Viewer, input: { organization: string; registry: string }): Promise<void> {
  noEvent("what watched the registry is deleted with it");
  await services.db.transaction(async (tx) => {
    const organization = await requireOrganization(tx, viewer, input.organization, "viewer");
    const registry = await requireRegistry(tx, viewer, { organization, name: input.registry }, "admin");
    requireNotCore(registry.projectName, "deleted");
    await deleteProject(tx, registry.projectId);
    await recordAudit(tx, viewer, { action: "registry.delete", entityId: organization.entityId, object: { id: registry.projectId, name: registry.name }, before: auditedRegistry(registry) });
  });
}
