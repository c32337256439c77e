/** Runs `work` soon, and at most once in `everyMs` milliseconds, however often it is asked for. */
export function makeNudge(everyMs: number, work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      work().catch(failed);
    }, everyMs);
  };
}
