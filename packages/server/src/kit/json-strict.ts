import { parseJson } from "./cast.ts";

/** What the native parser makes of a text: JSON to the letter, without NaN and Infinity. */
export function parseStrictJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parseJson(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}

export const isStrictJson = (text: string): boolean => parseStrictJson(text).ok;
