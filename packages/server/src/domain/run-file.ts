import type { Problem } from "@bellhop/contract";

const longestName = 1_024;

/**
 * The problem with a file's name, or null. A name is a relative path with `/` between its parts; clients write the file
 * to that path below a folder of theirs, so it must not lead out of it.
 */
export function runFileNameProblem(name: string, path: string): Problem | null {
  if (name === "") return { path, message: "must not be empty" };
  if (name.length > longestName) return { path, message: `must have at most ${longestName} characters, has ${name.length}` };
  if (/[\x00-\x1f\x7f]/.test(name)) return { path, message: "must not hold control characters" };
  if (name.startsWith("/") || name.split(/[/\\]/).includes("..")) return { path, message: `"${name.slice(0, 60)}" must be a relative path without ".."` };
  return null;
}
