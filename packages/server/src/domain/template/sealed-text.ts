import { isRecord } from "../../kit/cast.ts";
import { escapeForJson } from "./escape.ts";

/**
 * A text whose secrets are not filled in yet. Each is a member of its own, never a mark within a string, so that
 * nothing that came from outside can be taken for one. Plain JSON: this is what is stored until the request is sent.
 */
export type SealedText = {
  /** Where the secrets go: into strings of JSON, or into plain text. */
  readonly form: "json" | "plain";
  readonly segments: readonly SealedSegment[];
  readonly secretNames: readonly string[];
};

export type SealedSegment = string | { readonly secret: string };

export type FilledText =
  | { ok: true; text: string }
  | { ok: false; reason: "secret_missing"; names: readonly string[] }
  | { ok: false; reason: "body_too_large" };

/** The most that is ever sent, in bytes of UTF-8. */
export const largestBody = 1_048_576;

export const sealedText = (form: SealedText["form"], segments: readonly SealedSegment[]): SealedText => ({
  form,
  segments,
  secretNames: [...new Set(segments.flatMap((segment) => (typeof segment === "string" ? [] : [segment.secret])))],
});

/** For people: the text with `${NAME}` where a secret goes. Never to be filled from. */
export const showSealed = (sealed: SealedText): string =>
  sealed.segments.map((segment) => (typeof segment === "string" ? segment : `\${${segment.secret}}`)).join("");

/** Puts the secrets in; the one place where a secret meets a payload. Refuses rather than sends a text with a hole. */
export function fillSecrets(sealed: SealedText, secrets: ReadonlyMap<string, string>, maxBytes: number = largestBody): FilledText {
  const names = sealed.secretNames.filter((name) => !secrets.has(name));
  if (names.length > 0) return { ok: false, reason: "secret_missing", names };
  const written = new Map(Array.from(secrets, ([name, secret]) => [name, sealed.form === "json" ? escapeForJson(secret) : secret]));
  const parts: string[] = [];
  let bytes = 0;
  for (const segment of sealed.segments) {
    const part = typeof segment === "string" ? segment : (written.get(segment.secret) ?? "");
    bytes += Buffer.byteLength(part);
    if (bytes > maxBytes) return { ok: false, reason: "body_too_large" };
    parts.push(part);
  }
  return { ok: true, text: parts.join("") };
}

/** Reads back what was stored as JSON; undefined when it is nothing of ours. */
export function readSealed(json: unknown): SealedText | undefined {
  if (!isRecord(json)) return undefined;
  const { form, segments } = json;
  if ((form !== "json" && form !== "plain") || !Array.isArray(segments)) return undefined;
  const read: SealedSegment[] = [];
  for (const segment of segments) {
    if (typeof segment === "string") read.push(segment);
    else if (isRecord(segment) && typeof segment["secret"] === "string") read.push({ secret: segment["secret"] });
    else return undefined;
  }
  return sealedText(form, read);
}
