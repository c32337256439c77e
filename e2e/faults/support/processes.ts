import { readFileSync, readdirSync } from "node:fs";

const parentOf = (pid: string): number => {
  try {
    return Number(/\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    // It ended while we looked.
    return 0;
  }
};

/** The processes that this one started and that are still there; Linux only. */
export const childrenOf = (pid: number): number[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).map(Number);
