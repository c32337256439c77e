import type { SignatureEncoding } from "../webhook.ts";
import type { SignatureMistake } from "./mistakes.ts";
import { mistake } from "./mistakes.ts";

/** `standard` is one signature of `webhook-signature`, `wandb` the one of `X-Wandb-Signature`. */
export type SignatureKind = "wandb" | "standard";

/** The 32 bytes that a signature stands for, and what is wrong with how it is written. */
export type ReadSignature = { mac: Buffer; mistakes: SignatureMistake[] };

const hexForm = /^[0-9a-f]{64}$/i;
const base64Form = /^[A-Za-z0-9+/_-]{43}=?$/;
const prefix = /^(?:sha256=)+/i;
const version = "v1,";

/** Reads a signature as generously as can be told apart; null when it stands for no 32 bytes at all. */
export function readSignature(kind: SignatureKind, text: string, encoding: SignatureEncoding): ReadSignature | null {
  const mistakes: SignatureMistake[] = [];
  const trimmed = text.trim();
  if (trimmed !== text) mistakes.push(mistake("signature_whitespace"));
  const versioned = trimmed.startsWith(version);
  if (kind === "standard" && !versioned) mistakes.push(mistake("version_missing"));
  if (kind === "wandb" && versioned) mistakes.push(mistake("version_unexpected"));
  const unversioned = versioned ? trimmed.slice(version.length) : trimmed;
  const prefixed = prefix.exec(unversioned)?.[0] ?? "";
  const decoded = decode(unversioned.slice(prefixed.length), kind === "wandb" && encoding !== "base64");
  if (decoded === null) return null;
  mistakes.push(...prefixMistakes(prefixed.length / "sha256=".length, kind === "wandb" && encoding === "sha256=hex"), ...decoded.mistakes);
  return { mac: decoded.mac, mistakes };
}

function prefixMistakes(count: number, expected: boolean): SignatureMistake[] {
  if (!expected) return count > 0 ? [mistake("prefix_unexpected")] : [];
  if (count === 0) return [mistake("prefix_missing")];
  return count > 1 ? [mistake("prefix_doubled")] : [];
}

function decode(text: string, expectsHex: boolean): ReadSignature | null {
  if (hexForm.test(text)) {
    const upper = /[A-F]/.test(text) ? [mistake("hex_upper_case")] : [];
    return { mac: Buffer.from(text, "hex"), mistakes: expectsHex ? upper : [mistake("hex_for_base64")] };
  }
  if (base64Form.test(text)) return { mac: Buffer.from(text, "base64"), mistakes: expectsHex ? [mistake("base64_for_hex")] : base64Mistakes(text) };
  const inner = Buffer.from(text, "base64").toString("latin1").trim();
  return hexForm.test(inner) ? { mac: Buffer.from(inner, "hex"), mistakes: [mistake("base64_of_hex")] } : null;
}

const base64Mistakes = (text: string): SignatureMistake[] => [
  ...(/[-_]/.test(text) ? [mistake("base64_url_alphabet")] : []),
  ...(text.endsWith("=") ? [] : [mistake("base64_padding_missing")]),
];
