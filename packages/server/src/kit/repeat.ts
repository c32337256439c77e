/** Work that is done over and over. */
export type Repeated = {
  /** Starts no more, and waits for what is under way. */
  stop(): Promise<void>;
};

/** Does the work, and again `everyMs` milliseconds after it was done; a failure is reported and does not end it. */
export function repeat(everyMs: number, work: () => Promise<unknown>, report: (error: unknown) => void): Repeated {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const turn = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      report(error);
    }
    if (!stopped) timer = setTimeout(() => {
      running = turn();
    }, everyMs);
  };
  let running = turn();
  return {
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
