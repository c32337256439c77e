import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { codeOf } from "./errors.ts";

/**
 * What can be seen of a process id. `started` tells two processes apart that had the same id one after the other;
 * `hidden` is a living process of which the system lets us see nothing more.
 */
export type Sighting = { kind: "running"; started: string; uid: number; command: string[] } | { kind: "gone" } | { kind: "hidden" };

/** Looks a process up. A zombie counts as gone: it holds neither memory nor files. */
export async function sightProcess(pid: number): Promise<Sighting> {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid > 0x7fffffff) return { kind: "gone" };
  const seen = process.platform === "linux" ? await readProc(pid) : await askPs(pid);
  return seen ?? probe(pid);
}

async function readProc(pid: number): Promise<Sighting | undefined> {
  try {
    const [stat, status, command, boot] = await Promise.all(
      [`/proc/${pid}/stat`, `/proc/${pid}/status`, `/proc/${pid}/cmdline`, "/proc/sys/kernel/random/boot_id"].map((path) => readFile(path, "utf8")),
    );
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    const fields = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return { kind: "gone" };
    const uid = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status ?? "")?.[1]);
    return { kind: "running", started: `${(boot ?? "").trim()}/${fields[19] ?? ""}`, uid, command: (command ?? "").split("\0").slice(0, -1) };
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ESRCH" || codeOf(error) === "EACCES") return undefined;
    throw error;
  }
}

async function askPs(pid: number): Promise<Sighting | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "uid=,stat=,lstart=,command=", "-p", String(pid)], { env: { LC_ALL: "C", PATH: "/usr/bin:/bin" } });
    const [, uid, state, started, command] = /^\s*(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/m.exec(stdout) ?? [];
    if (uid === undefined || state === undefined || started === undefined || command === undefined) return undefined;
    return state.startsWith("Z") ? { kind: "gone" } : { kind: "running", started, uid: Number(uid), command: command.split(" ") };
  } catch (error) {
    // ps exits with 1 where there is no such process.
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

const isRefusal = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === 1;

function probe(pid: number): Sighting {
  try {
    process.kill(pid, 0);
    return { kind: "hidden" };
  } catch (error) {
    return codeOf(error) === "ESRCH" ? { kind: "gone" } : { kind: "hidden" };
  }
}
