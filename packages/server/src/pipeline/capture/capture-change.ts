import type { Transaction } from "../../db/database.ts";
import { insertEventsAndFindAutomations } from "../../db/queries/capture-event.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Change, Event } from "../../domain/event.ts";
import type { IdMaker } from "../../kit/ids.ts";

/** A stored event, with the automations whose scope it is in. */
export type Captured = { event: Event; /** How many deliveries led to it. */ depth: number; candidates: readonly Candidate[] };

/** Stores changes as events, in their order, within the transaction of the verb that made them. */
export async function capture(tx: Transaction, ids: IdMaker, changes: readonly Change[]): Promise<Captured[]> {
  const named = changes.map((change) => ({ ...change, id: ids() }));
  const stored = await insertEventsAndFindAutomations(tx, named);
  return named.map((event) => {
    const found = stored.get(event.id);
    if (found === undefined) throw new Error(`Event ${event.id} was not stored.`);
    return { event: { ...event, at: found.at }, depth: found.depth, candidates: found.candidates };
  });
}
