/** What a run is doing, or how it ended. */
export const runStates = ["pending", "running", "finished", "failed", "crashed", "preempting", "preempted", "killed"] as const;
export type RunState = (typeof runStates)[number];

/** The three series of lines that a run sends: logged metrics, system metrics, console output. */
export const lineStreams = ["history", "events", "output"] as const;
export type LineStream = (typeof lineStreams)[number];

/** Lines that arrived together: `offset` is the index of the first one within its stream. */
export type Lines = { offset: number; lines: readonly string[] };

/** A line of history or events with the object that it holds. */
export type ReadLine = { text: string; value: Readonly<Record<string, unknown>> };

/** What one report of a running script says: everything is optional, and nothing at all is a heartbeat. */
export type RunReport = {
  history: { offset: number; lines: readonly ReadLine[] } | null;
  events: { offset: number; lines: readonly ReadLine[] } | null;
  output: Lines | null;
  /** The whole summary, as its JSON text. */
  summary: string | null;
  /** Set when the script has ended. */
  ended: { exitCode: number } | null;
  /** The machine is about to be taken away. */
  preempting: boolean;
};
