import type { Transaction } from "../../db/database.ts";
import { setOrganizationMember } from "../../db/queries/people-members.ts";
import { insertOrganization } from "../../db/queries/people-organizations.ts";
import { insertEntity } from "../../db/queries/people.ts";
import { insertCoreRegistries } from "../../db/queries/registries.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { nameTaken, organizationEntityName } from "./names.ts";
import type { VisibleOrganization } from "./permissions.ts";
import { requireOrganization } from "./permissions.ts";

/**
 * Creates an organization, with the core registries `model` and `dataset`; the viewer becomes its administrator. Any
 * user may: it gives access to nothing that exists. Conflict when the name, or that of its entity, is taken.
 */
export async function createOrganization(services: Pick<Services, "db">, viewer: Viewer, input: { name: string }): Promise<VisibleOrganization> {
  const entityName = organizationEntityName(input.name);
  noEvent("automations watch artifacts and runs, not people");
  try {
    return await services.db.transaction(async (tx) => {
      const entityId = await insert(tx, viewer, input.name, entityName);
      await recordAudit(tx, viewer, { action: "organization.create", entityId, object: { id: entityId, name: input.name }, after: { administrator: viewer.username } });
      return requireOrganization(tx, viewer, entityName, "admin");
    });
  } catch (error) {
    throw nameTaken(error, input.name);
  }
}

async function insert(tx: Transaction, viewer: Viewer, name: string, entityName: string): Promise<number> {
  const entityId = await insertEntity(tx, entityName, "organization");
  const id = await insertOrganization(tx, entityId, name);
  await setOrganizationMember(tx, id, viewer.userId, "admin");
  await insertCoreRegistries(tx, entityId, viewer.userId);
  return entityId;
}
