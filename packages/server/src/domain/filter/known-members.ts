import { nearestName } from "./nearest-name.ts";
import type { Problem } from "./problem.ts";

/** A problem for each member that is not one of the known names. */
export function unknownMembers(json: Readonly<Record<string, unknown>>, known: readonly string[]): Problem[] {
  return Object.keys(json).filter((key) => !known.includes(key)).map((key) => {
    const nearest = nearestName(key, known);
    return { path: key, message: `is not a known name${nearest === undefined ? "" : `; did you mean "${nearest}"?`}` };
  });
}
