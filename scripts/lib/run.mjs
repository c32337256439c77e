// Runs a program with the Node that the packages brought, and ends as it ended.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { nodeBinary, root } from "./install.mjs";

export async function runUntilItEnds(args, extra = {}) {
  const child = spawn(nodeBinary(), args, { cwd: root, stdio: "inherit", env: environment(extra) });
  // Ctrl-C reaches the child by itself (one process group); a signal to this process alone is handed on. Either way
  // this process waits, so that the prompt comes back when everything has stopped.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, "exit");
  process.exitCode = code ?? (signal === null ? 1 : 128);
}

/** The environment with the brought Node first on the path, for programs that start `node` themselves. */
export function environment(extra = {}) {
  return { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`, ...extra };
}
