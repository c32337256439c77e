/** A postmaster that is to end: ours, or an orphan of an earlier server. */
export type Target = {
  signal(name: NodeJS.Signals): Promise<void> | void;
  /** Whether it was gone before the time (ms) was up. */
  goneWithin(milliseconds: number): Promise<boolean>;
};

const steps: { signal: NodeJS.Signals; wait: number }[] = [
  // Fast shutdown: roll back, write a checkpoint, end.
  { signal: "SIGINT", wait: 10_000 },
  // Immediate shutdown: end now; the next start recovers from the log of committed work.
  { signal: "SIGQUIT", wait: 10_000 },
  { signal: "SIGKILL", wait: 10_000 },
];

/** Ends a postmaster, as gently as it lets us. Returns the signal that it took. */
export async function shutDown(target: Target): Promise<NodeJS.Signals | "still-running"> {
  for (const { signal, wait } of steps) {
    await target.signal(signal);
    if (await target.goneWithin(wait)) return signal;
  }
  return "still-running";
}
