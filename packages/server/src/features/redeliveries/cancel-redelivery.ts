import { cancelRedeliveryById } from "../../db/queries/redeliveries.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireRole } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { Redelivery } from "./redelivery.ts";
import { nameOf, requireVisibleRedelivery } from "./redelivery.ts";

/**
 * Plans no more of it, and cancels what was planned and not begun. What is under way goes on. For who asked for it, and for
 * the entity's admins; a conflict where it has ended.
 */
export async function cancelRedelivery(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<Redelivery> {
  return services.db.transaction(async (tx) => {
    noEvent("a redelivery is none of the things that automations watch");
    const { redelivery, entityId, role } = await requireVisibleRedelivery(tx, viewer, input.id);
    if (redelivery.requestedBy !== viewer.username) requireRole(role, "admin", `in "${redelivery.entity}"`);
    if (!(await cancelRedeliveryById(tx, redelivery.id))) throw conflict(`The redelivery is ${redelivery.status}; there is nothing to cancel.`);
    await recordAudit(tx, viewer, { action: "redelivery.cancel", entityId, object: { id: redelivery.id, name: nameOf(redelivery.selection) }, before: { planned: redelivery.planned, total: redelivery.total } });
    return (await requireVisibleRedelivery(tx, viewer, redelivery.id)).redelivery;
  });
}
