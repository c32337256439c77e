import type { Problem } from "@bellhop/contract";
import { nameProblem } from "./names.ts";

/** The alias that the newest version of a collection carries. */
export const latestAlias = "latest";

/** The index in `v12`, the name that every version has by itself; null for any other text. */
export function versionIndexOf(name: string): number | null {
  const digits = /^v(\d{1,9})$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The problem with an alias that a user chose, or null. `v12` is refused: it would contradict the version's index. */
export function aliasProblem(alias: string, path: string): Problem | null {
  if (versionIndexOf(alias) !== null) return { path, message: `"${alias}" cannot be an alias: v and a number is the version's own name` };
  return nameProblem("alias", alias, path);
}

/** `name:alias` taken apart at the last colon; without one it means the latest version. */
export function splitVersionName(name: string): { collection: string; version: string } {
  const colon = name.lastIndexOf(":");
  return colon === -1 ? { collection: name, version: latestAlias } : { collection: name.slice(0, colon), version: name.slice(colon + 1) };
}
