import type { Reason } from "../../domain/reason.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { HeldJob } from "./settle-attempts.ts";

/** When a lane's circuit breaker opens, and for how long. */
export type BreakerPolicy = {
  /** Failed attempts in a row that open it. */
  failures: number;
  /** How long an open one holds back everything before it lets one attempt through; doubled after each that fails. */
  probeMs: number;
  mostProbeMs: number;
  /** A webhook that had nothing but failures for so long is disabled. */
  disableAfterMs: number;
};

/** A job that was settled, and what its attempt showed of the receiver (Settlement.healthy). */
export type FreedJob = HeldJob & { healthy: boolean | null; fault: Reason | null };

// The lanes are locked in the order of their ids, as everywhere. A count of a lane that saw a job settled has given back its
// room (migration 0024). Only the lane of a webhook has a circuit breaker: nobody
// could see that of another, or close it by hand.
const free = sql("free_lanes", `
  with freed as (
    select lane_id, array_agg(xid) as settled_by, min(next_attempt_at) as next_attempt_at,
      coalesce(bool_or(healthy), false) as well, count(*) filter (where not healthy) as failed, max(fault) filter (where not healthy) as fault
    from json_to_recordset($1) as job (lane_id uuid, xid xid8, next_attempt_at timestamptz, healthy boolean, fault text) group by lane_id
  ), locked as materialized (
    select lane.*, settled_by, next_attempt_at, well, failed, fault, lane.opened_at is not null as was_open,
      well and (lane.opened_at is null or $2) as recovers,
      failed > 0 and not well and lane.webhook_id is not null and lane.opened_at is null and lane.failures + failed >= $3 as opens,
      failed > 0 and not well and lane.opened_at is not null and lane.held_until <= now() as stays_open
    from delivery_lanes as lane join freed on freed.lane_id = lane.id order by lane.id for update of lane
  ), lanes as (
    update delivery_lanes as lane
    set in_flight = greatest(0, lane.in_flight - (select count(*) from unnest(settled_by) as xid where lane.counted is null or not pg_visible_in_snapshot(xid, lane.counted))), crowded = false,
      ready_at = case when was_open and recovers then now() else least(lane.ready_at, locked.next_attempt_at) end,
      failures = case when recovers then 0 else lane.failures + failed end,
      failing_since = case when recovers then null when failed > 0 then coalesce(lane.failing_since, now()) else lane.failing_since end,
      opened_at = case when recovers then null when opens then now() else lane.opened_at end,
      open_reason = case when recovers then null when opens or stays_open then fault else lane.open_reason end,
      probes = case when recovers then 0 when stays_open then lane.probes + 1 else lane.probes end,
      held_until = case when recovers then '-infinity' when opens then now() + $4 * interval '1 millisecond'
        when stays_open then now() + least($5, $4 * power(2, least(lane.probes, 20) + 1)) * interval '1 millisecond' else lane.held_until end
    from locked where lane.id = locked.id
    returning lane.active or (was_open and recovers) as active, lane.webhook_id, opens, was_open and recovers as recovers, fault,
      failed > 0 and not well and lane.failing_since <= now() - $6 * interval '1 millisecond' as hopeless
  )
  select coalesce((select bool_or(active) from lanes), false) as more,
    (select coalesce(json_agg(json_build_object('webhookId', webhook_id, 'opens', opens, 'recovers', recovers, 'hopeless', hopeless, 'fault', fault)), '[]')
      from lanes where webhook_id is not null and (opens or recovers or hopeless)) as turns,
    case when $7 then set_config('synchronous_commit', 'off', true) end as forgettable`);

export type Freed = {
  /** In one of the lanes that have room now, something waits. */
  more: boolean;
  /** Webhooks whose circuit breaker changed, or that had nothing but failures for too long. */
  turns: readonly Turn[];
};

/** What an outcome meant for a webhook. `fault`: how the attempt failed. */
export type Turn = { webhookId: string; opens: boolean; recovers: boolean; hopeless: boolean; fault: Reason | null };

/**
 * Gives back the room in the lanes of settled jobs, and moves their circuit breakers. Without `mayClose` a success leaves
 * an open breaker open: whoever closes one has to be able to tell of it in the same transaction. `forgettable`: a crash of
 * the database may undo it, which the next count of the lanes puts right, so nobody waits for the disk.
 */
export async function freeLanes(db: Querier, jobs: readonly FreedJob[], how: { breaker: BreakerPolicy; mayClose: boolean; forgettable: boolean }): Promise<Freed> {
  const { breaker, mayClose, forgettable } = how;
  const rows = jobs.map(({ lane_id, xid, next_attempt_at, healthy, fault }) => ({ lane_id, xid, next_attempt_at, healthy, fault }));
  const [freed] = await db.query<Freed>(free, [JSON.stringify(rows), mayClose, breaker.failures, breaker.probeMs, breaker.mostProbeMs, breaker.disableAfterMs, forgettable]);
  return { more: freed?.more ?? false, turns: freed?.turns ?? [] };
}
