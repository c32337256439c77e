import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

const read = sql("run_watches_read", "select state from run_watches where run_id = $1");

/** What was stored for a run; null for nothing yet. */
export async function findRunWatches(db: Querier, runId: number): Promise<string | null> {
  const [row] = await db.query<{ state: string }>(read, [runId]);
  return row?.state ?? null;
}

const store = sql("run_watches_store", `
  insert into run_watches (run_id, entity_id, state) values ($1, $2, $3) on conflict (run_id) do update set state = excluded.state`);

export async function storeRunWatches(tx: Transaction, run: { id: number; entityId: number }, state: string): Promise<void> {
  await tx.query(store, [run.id, run.entityId, state]);
}
