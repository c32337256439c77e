import { z } from "zod";
import type { RunWatchState } from "./watch.ts";
import { nothingSeen } from "./watch.ts";

const shape = z.object({
  seen: z.record(z.string(), z.number()),
  fired: z.record(z.string(), z.object({ since: z.number(), at: z.number() })),
  dormant: z.record(z.string(), z.number()),
});

export const writeState = ({ seen, fired, dormant }: RunWatchState): string =>
  JSON.stringify({ seen: Object.fromEntries(seen), fired: Object.fromEntries(fired), dormant: Object.fromEntries(dormant) });

/** Reads what writeState wrote; null stands for a run of which nothing is known yet. */
export function readState(text: string | null): RunWatchState {
  if (text === null) return nothingSeen;
  const { seen, fired, dormant } = shape.parse(JSON.parse(text));
  return { seen: new Map(Object.entries(seen)), fired: new Map(Object.entries(fired)), dormant: new Map(Object.entries(dormant)) };
}
