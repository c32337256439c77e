import type { Problem } from "@bellhop/contract";
import { isKnownVariable } from "@bellhop/contract";
import { nameProblem } from "../../domain/names.ts";
import { isMaskable } from "../../kit/mask.ts";

/** In bytes of UTF-8. */
export const largestSecret = 65_536;

/** Everything that is wrong with a secret; no message ever holds a part of the value. */
export const secretProblems = (input: { name: string; value: string }): Problem[] => [nameProblemOf(input.name), valueProblem(input.value)].filter((problem) => problem !== null);

/** A payload could not tell a secret from a variable of the same name. */
function nameProblemOf(name: string): Problem | null {
  const problem = nameProblem("secret", name, "name");
  if (problem !== null) return problem;
  return isKnownVariable(name) ? { path: "name", message: `"${name}" is a variable of payloads; choose another name for the secret` } : null;
}

function valueProblem(value: string): Problem | null {
  const at = (message: string): Problem => ({ path: "value", message });
  if (value === "") return at("must not be empty");
  if (Buffer.byteLength(value) > largestSecret) return at(`must have at most ${largestSecret} bytes`);
  if (!value.isWellFormed()) return at("must be well-formed Unicode text");
  return isMaskable(value) ? null : at("must have at least 8 characters: a shorter value could not be masked in histories and logs");
}

/** Why the value cannot be sent as `Authorization: Bearer <value>`; null when it can. */
export const accessTokenProblem = (value: string): string | null =>
  /^[\x21-\x7e]+$/.test(value) ? null : "an access token may hold only printable ASCII without spaces and line breaks";
