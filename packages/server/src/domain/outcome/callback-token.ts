import type { KeyObject } from "node:crypto";
import { createHmac, timingSafeEqual } from "node:crypto";

/** Where receivers report; what follows is the token. */
export const callbackPath = "/callbacks/";

const idBytes = 16;
const tokenForm = /^[A-Za-z0-9_-]{64}$/;

/**
 * The token by which whoever holds it speaks for one execution, and for nothing else. The same for the same execution,
 * so that a retry sends the same bytes; when it ends is the server's setting and stands nowhere in it.
 */
export function makeCallbackToken(executionId: string, key: KeyObject): string {
  const id = bytesOf(executionId);
  return Buffer.concat([id, signature(id, key)]).toString("base64url");
}

/** The execution that the token was made for with one of these keys; null for anything else. */
export function readCallbackToken(token: string, keys: readonly KeyObject[]): string | null {
  if (!tokenForm.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  const [id, signed] = [bytes.subarray(0, idBytes), bytes.subarray(idBytes)];
  if (!keys.some((key) => timingSafeEqual(signature(id, key), signed))) return null;
  return id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const bytesOf = (executionId: string): Buffer => Buffer.from(executionId.replaceAll("-", ""), "hex");

const signature = (id: Buffer, key: KeyObject): Buffer => createHmac("sha256", key).update("callback.v1.").update(id).digest();

const mark = "[callback token]";
const inText = /(callbacks(?:\\?\/|%2[Ff]))[A-Za-z0-9_-]{64}(?![A-Za-z0-9_-])/g;

/** The text without the tokens of callback addresses: a history is read by more people than may report. */
export const hideCallbackTokens = (text: string): string => (text.includes("callbacks") ? text.replace(inText, `$1${mark}`) : text);

/** How many characters of a token its execution's id gives in whole. */
const idCharacters = 21;

/**
 * The text without this execution's token too, wherever it stands: a Jinja2 template may take it out of its address, or cut it short. It
 * is known by its beginning, so nobody needs the key.
 */
export function hideTokenOf(executionId: string, text: string): string {
  const begins = bytesOf(executionId).toString("base64url").slice(0, idCharacters);
  return hideCallbackTokens(text).replaceAll(new RegExp(`${begins}[A-Za-z0-9_-]*`, "g"), mark);
}
