import { createHash, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

const keyBytes = 32;

export type KeyEncryptionKey = {
  /** The first 8 bytes of the key's SHA-256, in hex. */
  id: string;
  wrapping: KeyObject;
  derive(purpose: string): KeyObject;
};

/** Reads 32 bytes in base64. Throws, without showing the text, when it is anything else; `source` says where it stood. */
export function readKey(base64: string, source: string): KeyEncryptionKey {
  const text = base64.trim();
  const bytes = Buffer.from(text, "base64");
  // Buffer.from skips what is not base64; only the way back shows it.
  if (bytes.length !== keyBytes || bytes.toString("base64") !== text) throw new RangeError(`${source} must hold ${keyBytes} bytes in base64`);
  const subKey = (info: string): KeyObject => createSecretKey(Buffer.from(hkdfSync("sha256", bytes, Buffer.alloc(0), info, keyBytes)));
  return {
    id: createHash("sha256").update(bytes).digest("hex").slice(0, 16),
    // Separate from every derived key, so that no purpose, whatever its name, gives the key that wraps secrets.
    wrapping: subKey("secret-store.v1.wrap"),
    derive: (purpose) => subKey(`secret-store.v1.derive.${purpose}`),
  };
}

/** A new key, as readKey reads it. */
export const writeKey = (bytes: (count: number) => Buffer): string => bytes(keyBytes).toString("base64");
