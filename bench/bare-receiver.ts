import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type BareReceiver = {
  origin: string;
  /** How many requests came, how many at once at the most at one path, and when (milliseconds since 1970) the one with each `"alias"` in its body began. */
  report(): Promise<{ count: number; byKind: Record<string, number>; mostAtOnce: number; arrivals: Record<string, number> }>;
  /** How many requests came; costs the receiver nothing. */
  count(): Promise<number>;
  stop(): Promise<void>;
};

/** A receiver on loopback, in a process of its own so that it shares no thread with what is measured. */
export async function startBareReceiver(): Promise<BareReceiver> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "bare-receiver-main.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const origin = `http://127.0.0.1:${String(line).trim()}`;
  return {
    origin,
    report: async () => JSON.parse(await (await fetch(`${origin}/report`)).text()),
    count: async () => Number(await (await fetch(`${origin}/count`)).text()),
    stop: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}
