/** The text as it stands between the quotes of a JSON string. */
export const escapeForJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A value within a text: strings, numbers and booleans as they are, lists and objects as JSON, nothing for nothing. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return value === null ? "" : (writeJson(value) ?? "");
}

/** A value of its own type; what JSON lacks, an absent value and NaN included, becomes null. */
export const typedJson = (value: unknown): string => writeJson(value) ?? "null";

/** JSON.stringify answers undefined for what JSON lacks; its declared type does not say so. */
const writeJson = (value: unknown): string | undefined => JSON.stringify(value);
