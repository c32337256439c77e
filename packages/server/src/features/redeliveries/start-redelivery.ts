import type { Querier } from "../../db/database.ts";
import { countFailed, insertRedeliveryJob } from "../../db/queries/redeliveries.ts";
import type { KeptSelection, RedeliveryMode, Selection } from "../../domain/redelivery.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { recordAudit } from "../audit/index.ts";
import { requireSelection } from "./check-selection.ts";
import type { Redelivery } from "./redelivery.ts";
import { nameOf, requireVisibleRedelivery } from "./redelivery.ts";

export type RedeliveryInput = { selection: Selection; mode: RedeliveryMode };

/** How many executions the redelivery would hold, without any of it being done. */
export async function countRedelivery(services: Pick<Services, "db" | "ids">, viewer: Viewer, { selection }: RedeliveryInput): Promise<number> {
  const before = services.ids();
  const { kept } = await requireSelection(services.db, viewer, selection, before);
  return totalOf(services.db, kept, before);
}

/** Notes what is to be delivered again; workers plan it in the background. */
export async function startRedelivery(services: Pick<Services, "db" | "ids">, viewer: Viewer, { selection, mode }: RedeliveryInput): Promise<Redelivery> {
  return services.db.transaction(async (tx) => {
    noEvent("a redelivery repeats events that are stored already");
    const id = services.ids();
    const { entityId, kept } = await requireSelection(tx, viewer, selection, id);
    await insertRedeliveryJob(tx, { id, entityId, userId: viewer.userId, mode, selection: kept, total: await totalOf(tx, kept, id) });
    const { redelivery } = await requireVisibleRedelivery(tx, viewer, id);
    await recordAudit(tx, viewer, { action: "redelivery.start", entityId, object: { id, name: nameOf(selection) }, after: { mode, selection, total: redelivery.total } });
    return redelivery;
  });
}

const totalOf = async (db: Querier, selection: KeptSelection, before: string): Promise<number> =>
  selection.by === "executions" ? selection.ids.length : countFailed(db, selection, before);
