import type { BackgroundWork } from "../../db/queries/retention.ts";
import { takeBackgroundTurn } from "../../db/queries/retention.ts";
import { sweepContent } from "../artifacts/index.ts";
import type { Services } from "../services.ts";
import type { Retention } from "./ages.ts";
import { removeHistories } from "./remove-histories.ts";
import { removeAudit, removeEvents, removeExecutions } from "./remove-old.ts";
import { removePending } from "./remove-pending.ts";
import { sweepObjects } from "./sweep-objects.ts";

type Needs = Pick<Services, "db" | "clock" | "objects" | "log"> & { /** Told of what was removed. */ swept?: (name: BackgroundWork, removed: number) => void };

const minute = 60_000;

/** One kind of things that get old: how often to look for them, and the look; it gives how many it removed. */
type Sweep = { name: BackgroundWork; everyMs: number; run(services: Needs, signal: AbortSignal): Promise<number> };

function sweepsFor({ executionsMs, eventsMs, historiesMs, auditMs, pendingMs, unusedMs }: Retention): Sweep[] {
  const aged = (name: BackgroundWork, ageMs: number | null, remove: (services: Needs, ageMs: number, signal: AbortSignal) => Promise<number>): Sweep[] =>
    ageMs === null ? [] : [{ name, everyMs: 10 * minute, run: (services, signal) => remove(services, ageMs, signal) }];
  return [
    ...aged("executions", executionsMs, removeExecutions),
    // Behind the executions: an event goes with the last of them.
    ...aged("events", eventsMs, removeEvents),
    ...aged("histories", historiesMs, removeHistories),
    ...aged("audit", auditMs, removeAudit),
    ...aged("pending-versions", pendingMs, removePending),
    { name: "objects", everyMs: 24 * 60 * minute, run: async (services, signal) => (await sweepContent(services, unusedMs, signal)) + (await sweepObjects(services, unusedMs, signal)) },
  ];
}

/** Removes what has got too old, as far as it is this process's turn; ends soon once `signal` says so. */
export async function removeWhatIsOld(services: Needs, retention: Retention, signal: AbortSignal): Promise<void> {
  for (const { name, everyMs, run } of sweepsFor(retention)) {
    if (signal.aborted || !(await takeBackgroundTurn(services.db, name, everyMs))) continue;
    const start = services.clock.monotonic();
    const removed = await run(services, signal);
    services.swept?.(name, removed);
    const line = { work: "sweep", sweep: name, changed: removed, complete: !signal.aborted, ms: Math.round(services.clock.monotonic() - start) };
    if (removed > 0) services.log.info(line, "swept");
    else services.log.debug(line, "swept");
  }
}
