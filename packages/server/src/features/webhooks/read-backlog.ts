import { findBacklog } from "../../db/queries/webhooks.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { readWebhook } from "./list-webhooks.ts";

export type Backlog = {
  waiting: number;
  /** There are more than `waiting` says. */
  waitingIsAtLeast: boolean;
  inFlight: number;
  /** When the oldest of those that come next was planned. */
  oldestAt: Date | null;
  /** When the next attempt may start. */
  nextAttemptAt: Date | null;
};

const mostCounted = 10_000;

/** What waits for the webhook. For everybody in the team. */
export async function readBacklog(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; id: string }): Promise<Backlog> {
  const { id } = await readWebhook(services, viewer, input);
  const row = await findBacklog(services.db, id, mostCounted + 1);
  return {
    waiting: Math.min(row.waiting, mostCounted),
    waitingIsAtLeast: row.waiting > mostCounted,
    inFlight: row.in_flight,
    oldestAt: row.oldest_at,
    nextAttemptAt: row.next_at,
  };
}
