import type { Database } from "../../db/database.ts";
import type { Settlement } from "../../db/queries/settle-attempts.ts";
import { disableWebhooks, storeSettlements } from "../../db/queries/settle-attempts.ts";

export type Settled = {
  /** Executions whose lease no longer held: another worker has taken them over, and nothing was stored. */
  lost: readonly string[];
  /** In one of the lanes that have room now, something waits. */
  more: boolean;
};

/** Stores outcomes in one transaction, and disables the webhooks whose receivers are gone for good. */
export async function settle(db: Database, settlements: readonly Settlement[], gone: readonly string[]): Promise<Settled> {
  const { held, more } = await (gone.length === 0
    ? storeSettlements(db, settlements)
    : db.transaction(async (tx) => {
        const kept = await storeSettlements(tx, settlements);
        await disableWebhooks(tx, gone, "gone");
        return kept;
      }));
  return { lost: settlements.map(({ executionId }) => executionId).filter((id) => !held.has(id)), more };
}
