import type { Transaction } from "../../db/database.ts";
import { insertEventAndFindAutomations } from "../../db/queries/capture-event.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Change, Event } from "../../domain/event.ts";
import type { IdMaker } from "../../kit/ids.ts";

/** A stored event, with the automations whose scope it is in. */
export type Captured = { event: Event; candidates: readonly Candidate[] };

/** Stores a change as an event, within the transaction of the verb that made the change. */
export async function capture(tx: Transaction, ids: IdMaker, change: Change): Promise<Captured> {
  const id = ids();
  const { at, candidates } = await insertEventAndFindAutomations(tx, id, change);
  return { event: { ...change, id, at }, candidates };
}
