/** Ends a loop's pause early. */
export type Alarm = {
  /** Ends the pause that is under way; when there is none, the next one. */
  ring(): void;
  /** Forgets that it rang. */
  reset(): void;
  /** Waits, at most so many milliseconds, for the alarm. */
  pause(mostMs: number): Promise<void>;
};

export function makeAlarm(): Alarm {
  let rang = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring: () => {
      rang = true;
      wakeUp?.();
    },
    reset: () => {
      rang = false;
    },
    pause: (mostMs) => new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (rang) wakeUp();
    }),
  };
}
