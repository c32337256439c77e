import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import type { Problem } from "./problem.ts";

/** A problem for each member that is not one of the known names. */
export function unknownMembers(json: Readonly<Record<string, unknown>>, known: readonly string[]): Problem[] {
  return Object.keys(json).filter((key) => !known.includes(key)).map((key) => ({ path: key, message: `is not a known name${didYouMean(nearestName(key, known))}` }));
}
