import type { KeyObject } from "node:crypto";

/** Where a secret belongs. A sealed secret opens for exactly the context that it was sealed for. */
export type SecretContext = { entityId: string; secretId: string; version: number };

/** What is stored of a secret: without the key-encryption key, noise. Each Buffer is a column. */
export type SealedSecret = {
  /** Which key-encryption key wrapped the data key. */
  keyId: string;
  wrapNonce: Buffer;
  wrappedKey: Buffer;
  nonce: Buffer;
  ciphertext: Buffer;
};

/** Seals secrets with a data key each, itself sealed by a key-encryption key that never leaves the store. */
export type SecretStore = {
  /** The key-encryption key in use; secrets sealed under another id are due for `rewrap`. */
  readonly keyId: string;
  /** Seals a well-formed Unicode text; throws a RangeError for any other. */
  seal(plaintext: string, context: SecretContext): Promise<SealedSecret>;
  /** Throws SecretUnreadable when sealed for another context, changed, or sealed by a key that is not known. */
  open(sealed: SealedSecret, context: SecretContext): Promise<string>;
  /** The same secret under the key-encryption key in use. Throws SecretUnreadable as `open` does. */
  rewrap(sealed: SealedSecret, context: SecretContext): Promise<SealedSecret>;
  /** A 256-bit key for another use, the same for the same purpose as long as the key-encryption key stays. */
  derive(purpose: string): KeyObject;
  /** That key, and behind it those that the other known key-encryption keys give: what was signed before a rotation verifies with one of them. */
  deriveAll(purpose: string): readonly KeyObject[];
};

export type UnreadableReason = "unknown_key" | "not_authentic";

/** A sealed secret that can't be opened. Names the secret, and never says anything of its content. */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";
  readonly reason: UnreadableReason;
  readonly secretId: string;

  constructor(reason: UnreadableReason, context: SecretContext) {
    super(`secret ${context.secretId}, version ${context.version}, can't be read: ${explanation[reason]}`);
    this.reason = reason;
    this.secretId = context.secretId;
  }
}

const explanation: Record<UnreadableReason, string> = {
  unknown_key: "it was sealed by a key-encryption key that this server does not have",
  not_authentic: "it was changed, or sealed for another team, secret or version",
};
