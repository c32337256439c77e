import type { Problem } from "@bellhop/contract";
import { nameProblem } from "../../domain/names.ts";

/** In characters. */
const longestDescription = 4_096;

/** What is wrong with an automation's name and description. */
export function textProblems(texts: { name: string; description: string | null }): Problem[] {
  const name = nameProblem("automation", texts.name, "name");
  const length = texts.description?.length ?? 0;
  const problems = name === null ? [] : [name];
  if (length > longestDescription) problems.push({ path: "description", message: `must have at most ${longestDescription} characters, has ${length}` });
  if (texts.description?.includes("\0") === true) problems.push({ path: "description", message: "may not hold the character NUL" });
  return problems;
}
