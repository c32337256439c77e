import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import type { Random } from "../../kit/random.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

export type Box = { nonce: Buffer; sealed: Buffer };

/** AES-256-GCM with a fresh random nonce; the tag stands at the end. `bound` must be given again to unseal. */
export function sealBox(content: Buffer, key: KeyObject, bound: Buffer, random: Random): Box {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(bound);
  const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return { nonce, sealed };
}

/** The content, or null when the box was changed, sealed with another key, or bound to something else. */
export function openBox({ nonce, sealed }: Box, key: KeyObject, bound: Buffer): Buffer | null {
  if (nonce.length !== nonceBytes || sealed.length < tagBytes) return null;
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const content = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    return Buffer.concat([content, decipher.final()]);
  } catch {
    return null;
  }
}
