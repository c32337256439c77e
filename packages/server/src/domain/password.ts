import { passwordLength, passwordRule } from "@bellhop/contract";
import { invalidAt } from "./failure.ts";

/** Whether a text may become a password: the one place for it, whoever sets it. */
export const isPassword = (text: string): boolean => text.length >= passwordLength.min && text.length <= passwordLength.max;

/** Throws invalid unless the text may become a password. */
export function requirePassword(text: string, path: string): void {
  if (!isPassword(text)) throw invalidAt(path, passwordRule);
}
