import { compareBodies } from "./compare-bodies.ts";
import { rewriteJson } from "./json-variants.ts";
import type { SignatureMistake } from "./mistakes.ts";
import { mistake } from "./mistakes.ts";
import type { SignatureKind } from "./read-signature.ts";
import { standardKeyBytes, standardPrefix } from "./sign.ts";

/** What the check of a signature has to go by. */
export type Evidence = {
  /** As the receiver has it. */
  body: Buffer;
  /** What was delivered, where it is known. */
  delivered: Buffer | null;
  id: string | null;
  timestamp: string | null;
  secret: string;
  /** Values of before a rotation whose overlap still goes on. */
  previous: readonly string[];
  /** Further secrets that the webhook may use: one may have been taken for the other. */
  others: readonly { name: string; value: string }[];
};

/** One way to do it, right or with a mistake. */
export type Variant<T> = { value: T; mistake: SignatureMistake | null };

const right = <T>(value: T): Variant<T> => ({ value, mistake: null });
const wrong = <T>(value: T, code: Parameters<typeof mistake>[0], detail?: string): Variant<T> => ({ value, mistake: mistake(code, detail) });

/** The keys that may have been used, the right one first. */
export function keyVariants(kind: SignatureKind, { secret, previous, others }: Evidence): Variant<Buffer>[] {
  const keyOf = (value: string): Buffer => (kind === "standard" ? standardKeyBytes(value) : Buffer.from(value));
  const behind = secret.startsWith(standardPrefix) ? secret.slice(standardPrefix.length) : null;
  const misread = behind === null ? [] : [kind === "standard" ? wrong(Buffer.from(secret), "secret_not_decoded") : wrong(Buffer.from(behind, "base64"), "secret_decoded"), wrong(Buffer.from(behind), "secret_prefix_cut")];
  return [
    right(keyOf(secret)),
    ...previous.map((value) => wrong(keyOf(value), "previous_secret")),
    ...misread,
    wrong(Buffer.from(`${secret}\n`), "secret_newline"),
    ...others.map(({ name, value }) => wrong(keyOf(value), "other_secret", `"${name}"`)),
  ].filter(({ value }) => value.length > 0);
}

/** What may have been signed in front of the body, the right one first. */
export function headVariants(kind: SignatureKind, { id, timestamp }: Evidence): Variant<string>[] {
  if (id === null || timestamp === null) return kind === "wandb" ? [right("")] : [wrong("", "id_and_timestamp_missing")];
  if (kind === "wandb") return [right(""), wrong(`${id}.${timestamp}.`, "id_and_timestamp_signed")];
  return [right(`${id}.${timestamp}.`), wrong("", "id_and_timestamp_missing"), wrong(`${timestamp}.`, "id_missing"), wrong(`${id}.`, "timestamp_missing")];
}

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The bodies that may have been signed, the one that was received first. */
export function bodyVariants({ body, delivered }: Evidence): Variant<Buffer>[] {
  const differs = delivered === null ? null : compareBodies(body, delivered);
  const variants = [
    right(body),
    ...lineBreaks(body),
    body.subarray(0, mark.length).equals(mark) ? wrong(body.subarray(mark.length), "byte_order_mark") : wrong(Buffer.concat([mark, body]), "byte_order_mark"),
    ...charsets(body),
    ...(delivered === null || differs === null ? [] : [{ value: delivered, mistake: differs }]),
    ...rewriteJson(body.toString()).map((text) => wrong(Buffer.from(text), "json_reserialised")),
  ];
  // The first that gives the same bytes is the simplest explanation of them.
  return variants.filter((variant, index) => variants.findIndex(({ value }) => value.equals(variant.value)) === index);
}

function lineBreaks(body: Buffer): Variant<Buffer>[] {
  const text = body.toString("latin1");
  const bytes = (changed: string): Buffer => Buffer.from(changed, "latin1");
  return [
    wrong(bytes(text.replace(/\r?\n$/, "")), "trailing_newline_added"),
    wrong(bytes(text.replace(/[\r\n]+$/, "")), "trailing_newline_added"),
    wrong(bytes(`${text}\n`), "trailing_newline_missing"),
    wrong(bytes(`${text}\r\n`), "trailing_newline_missing"),
    wrong(bytes(text.replaceAll("\r\n", "\n")), "crlf_for_lf"),
    wrong(bytes(text.replace(/\r?\n/g, "\r\n")), "lf_for_crlf"),
  ];
}

/** UTF-8 that was read as Latin-1 and written again, once or the other way round, and UTF-16. */
function charsets(body: Buffer): Variant<Buffer>[] {
  const text = body.toString();
  if (!/[^\0-\x7f]/.test(body.toString("latin1"))) return [wrong(Buffer.from(text, "utf16le"), "wrong_charset", "UTF-16")];
  return [
    wrong(Buffer.from(text, "latin1"), "wrong_charset", "Latin-1"),
    wrong(Buffer.from(body.toString("latin1")), "wrong_charset", "Latin-1"),
    wrong(Buffer.from(text, "utf16le"), "wrong_charset", "UTF-16"),
  ];
}
