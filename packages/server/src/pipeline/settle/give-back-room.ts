import type { FreedJob } from "../../db/queries/free-lanes.ts";
import { freeLanes } from "../../db/queries/free-lanes.ts";
import { makeBatcher } from "../../kit/batcher.ts";
import type { Log } from "../../kit/log.ts";
import type { SettleContext } from "./settle-attempts.ts";

const mostAtOnce = 1_000;

export type RoomKeeper = {
  /** Gives back the room that jobs had in their lanes, soon. */
  giveBack(jobs: readonly FreedJob[]): void;
  /** Resolves when all of it is given back. */
  done(): Promise<unknown>;
};

/**
 * Gives back room apart from storing outcomes, so that these do not wait where a lane is locked. What fails is left to the
 * next count of the lanes. `more` is called when something waits in lanes that have room now.
 */
export function keepRoom({ db, breaker, log }: Pick<SettleContext, "db" | "breaker"> & { log: Log }, more: () => void): RoomKeeper {
  const underWay = new Set<Promise<void>>();
  const batches = makeBatcher<FreedJob>(mostAtOnce, async (jobs) => {
    const freed = await freeLanes(db, jobs, { breaker, mayClose: false, forgettable: true });
    if (freed.more) more();
  });
  return {
    giveBack(jobs) {
      for (const job of jobs) {
        const given = batches.add(job)
          .catch((error: unknown) => log.warn({ err: error, lane: job.lane_id }, "the room of a delivery is not given back; the next count of the lanes does it"))
          .finally(() => underWay.delete(given));
        underWay.add(given);
      }
    },
    done: () => Promise.all(underWay),
  };
}
