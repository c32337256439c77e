import type { KeyObject } from "node:crypto";
import { createHmac, createSecretKey } from "node:crypto";
import type { SignatureEncoding } from "../webhook.ts";

/** A signing secret, prepared once: making a key object per request costs five times the signature. */
export type SigningKey = {
  /** For X-Wandb-Signature: the secret's characters, as W&B's shell script has it. */
  plain: KeyObject;
  /** For Standard Webhooks: `whsec_` is followed by base64; a secret of another form is used as it is. */
  standard: KeyObject;
};

/** What is signed, and how X-Wandb-Signature is written. */
export type Signed = { id: string; timestamp: number; body: Buffer; encoding: SignatureEncoding };

/**
 * The headers that sign. During a rotation Standard Webhooks lists all signatures in its one header; X-Wandb-Signature
 * is compared as a whole by receivers, so it is the new secret's, and those of before stand in a header of their own.
 */
export function signatures(keys: readonly SigningKey[], { id, timestamp, body, encoding }: Signed): Record<string, string> {
  const [first, ...previous] = keys;
  if (first === undefined) return {};
  const wandb = (key: SigningKey): string => wandbSignature(key, body, encoding);
  return {
    "x-wandb-signature": wandb(first),
    ...(previous.length === 0 ? {} : { "x-wandb-signature-previous": previous.map(wandb).join(" ") }),
    "webhook-signature": keys.map((key) => standardSignature(key, id, timestamp, body)).join(" "),
  };
}

export const standardPrefix = "whsec_";

/** The bytes with which Standard Webhooks signs. */
export const standardKeyBytes = (secret: string): Buffer =>
  secret.startsWith(standardPrefix) ? Buffer.from(secret.slice(standardPrefix.length), "base64") : Buffer.from(secret, "utf8");

export function signingKey(secret: string): SigningKey {
  return { plain: createSecretKey(secret, "utf8"), standard: createSecretKey(standardKeyBytes(secret)) };
}

/** `X-Wandb-Signature`: HMAC-SHA256 of the exact bytes of the body. */
export function wandbSignature(key: SigningKey, body: Buffer, encoding: SignatureEncoding): string {
  const hmac = createHmac("sha256", key.plain).update(body);
  switch (encoding) {
    case "base64":
      return hmac.digest("base64");
    case "hex":
      return hmac.digest("hex");
    case "sha256=hex":
      return `sha256=${hmac.digest("hex")}`;
  }
}

/** `webhook-signature` of the Standard Webhooks specification: over `id.timestamp.body`. */
export function standardSignature(key: SigningKey, id: string, timestamp: number, body: Buffer): string {
  return `v1,${createHmac("sha256", key.standard).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}
