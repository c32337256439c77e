import { setTimeout as pause } from "node:timers/promises";
import type { FreedJob } from "../../db/queries/free-lanes.ts";
import { freeLanes } from "../../db/queries/free-lanes.ts";
import { recountLanes } from "../../db/queries/lease-jobs.ts";
import { makeBatcher } from "../../kit/batcher.ts";
import type { Log } from "../../kit/log.ts";
import type { SettleContext } from "./settle-attempts.ts";

const mostAtOnce = 1_000;
/** How long to wait for a database that could not be asked; and how often, before it is left to the count of every minute. */
const pauseMs = 500;
const mostTries = 60;

export type RoomKeeper = {
  /** Gives back the room that jobs had in their lanes, soon. */
  giveBack(jobs: readonly FreedJob[]): void;
  /** Resolves when all of it is given back. */
  done(): Promise<unknown>;
};

/**
 * Gives back room apart from storing outcomes, so that these do not wait where a lane is locked. Where it is not known
 * whether that was stored, the lanes are counted anew. `more` is called when something waits in lanes that have room now.
 */
export function keepRoom({ db, breaker, log }: Pick<SettleContext, "db" | "breaker"> & { log: Log }, more: () => void): RoomKeeper {
  const underWay = new Set<Promise<void>>();
  const countAnew = async (): Promise<void> => {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      try {
        await recountLanes(db);
        return more();
      } catch (error) {
        log.debug({ err: error, tries }, "the lanes cannot be counted; trying again");
        await pause(pauseMs, undefined, { ref: false });
      }
    }
  };
  const batches = makeBatcher<FreedJob>(mostAtOnce, async (jobs) => {
    try {
      const freed = await freeLanes(db, jobs, { breaker, mayClose: false, forgettable: true });
      if (freed.more) more();
    } catch (error) {
      log.warn({ err: error, deliveries: jobs.length }, "nobody knows whether the room of these deliveries was given back; their lanes are counted anew");
      await countAnew();
    }
  });
  return {
    giveBack(jobs) {
      for (const job of jobs) {
        const given = batches.add(job).finally(() => underWay.delete(given));
        underWay.add(given);
      }
    },
    done: () => Promise.all(underWay),
  };
}
