import type { Event, Subject } from "../../domain/event.ts";
import type { Firing, Skip } from "../../domain/execution.ts";
import type { LoopLimits } from "../../domain/loop-limits.ts";
import type { Clock } from "../../kit/clock.ts";

/** An event with what fires for it; `depth` counts the deliveries that led to it. */
export type Firings = { event: Event; depth: number; firings: readonly Firing[]; skips: readonly Skip[] };

/** Holds back what goes in circles; gives the rest as it was. */
export type LoopGuard = <Given extends Firings>(given: Given) => Given;

export const defaultLoopDepth = 8;

/** Keeps at most so many counts; the oldest goes first. */
const mostCounts = 50_000;

/**
 * Notices automations whose deliveries cause their own events again. Where receivers say whose delivery they act on, by
 * the chain behind the event; where they do not, by how often the same automation fires for the same thing. Counts are
 * this process's own: a loop through several processes is held back later, and a restart forgets them.
 */
export function makeLoopGuard(limits: LoopLimits, clock: Pick<Clock, "monotonic">): LoopGuard {
  const isTooOften = limits.rate === null ? () => false : rateCounter(limits.rate, clock);
  return (given) => {
    if (given.firings.length === 0) return given;
    if (given.depth >= limits.depth) return { ...given, firings: [], skips: [...given.skips, ...given.firings.map(({ automation }): Skip => ({ automation, reason: "loop_depth" }))] };
    const thing = thingOf(given.event.subject);
    const held = new Set(given.firings.filter(({ automation }) => isTooOften(`${automation.id} ${thing}`)));
    if (held.size === 0) return given;
    return {
      ...given,
      firings: given.firings.filter((firing) => !held.has(firing)),
      skips: [...given.skips, ...Array.from(held, ({ automation }): Skip => ({ automation, reason: "loop_rate" }))],
    };
  };
}

/** What a loop comes back to: an alias or tag of a collection, a collection, a run, a state of a webhook. */
function thingOf(subject: Subject): string {
  switch (subject.kind) {
    case "artifact":
      return `collection ${subject.collectionId} ${subject.alias ?? ""} ${subject.tag ?? ""}`;
    case "collection":
      return `collection ${subject.collectionId} ${subject.tag}`;
    case "run":
      return `run ${subject.runId}`;
    case "webhook":
      return `webhook ${subject.webhookId} ${subject.state}`;
  }
}

type Count = { begins: number; before: number; now: number };

/** Counts in a window that slides: what the window before had counts by the part of it that still lies within. */
function rateCounter({ times, withinMs }: { times: number; withinMs: number }, clock: Pick<Clock, "monotonic">): (key: string) => boolean {
  const counts = new Map<string, Count>();
  return (key) => {
    const at = clock.monotonic();
    const count = moved(counts.get(key) ?? { begins: at, before: 0, now: 0 }, at, withinMs);
    const within = count.before * (1 - (at - count.begins) / withinMs) + count.now;
    if (within >= times) return true;
    count.now += 1;
    // Set anew, it is the youngest of the map.
    counts.delete(key);
    counts.set(key, count);
    const oldest = counts.size > mostCounts ? counts.keys().next().value : undefined;
    if (oldest !== undefined) counts.delete(oldest);
    return false;
  };
}

function moved(count: Count, at: number, withinMs: number): Count {
  const windows = Math.floor((at - count.begins) / withinMs);
  if (windows === 0) return count;
  return { begins: count.begins + windows * withinMs, before: windows === 1 ? count.now : 0, now: 0 };
}
