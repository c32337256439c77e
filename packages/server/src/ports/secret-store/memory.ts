import type { KeyObject } from "node:crypto";
import { createHash, createSecretKey, randomBytes } from "node:crypto";
import { SecretUnreadable, type SealedSecret, type SecretContext, type SecretStore } from "./port.ts";

type Kept = { plaintext: string; context: string; sealed: SealedSecret };

/** A secret store that encrypts nothing and forgets: what it gives out are tickets for what it holds. For tests. */
export function memorySecretStore(): SecretStore {
  const keyId = randomBytes(8).toString("hex");
  const root = randomBytes(32);
  const kept = new Map<string, Kept>();

  const give = (plaintext: string, context: SecretContext): SealedSecret => {
    const sealed = { keyId, wrapNonce: randomBytes(12), wrappedKey: randomBytes(48), nonce: randomBytes(12), ciphertext: randomBytes(32) };
    kept.set(sealed.ciphertext.toString("hex"), { plaintext, context: textOf(context), sealed });
    return sealed;
  };
  const read = (sealed: SealedSecret, context: SecretContext): string => {
    if (sealed.keyId !== keyId) throw new SecretUnreadable("unknown_key", context);
    const found = kept.get(sealed.ciphertext.toString("hex"));
    if (found === undefined || found.context !== textOf(context) || !isSame(found.sealed, sealed)) throw new SecretUnreadable("not_authentic", context);
    return found.plaintext;
  };
  const derive = (purpose: string): KeyObject => createSecretKey(createHash("sha256").update(root).update(purpose).digest());
  return {
    keyId,
    async seal(plaintext, context) {
      if (!plaintext.isWellFormed()) throw new RangeError("a secret must be well-formed text");
      return give(plaintext, context);
    },
    open: async (sealed, context) => read(sealed, context),
    rewrap: async (sealed, context) => give(read(sealed, context), context),
    derive,
    deriveAll: (purpose) => [derive(purpose)],
  };
}

const textOf = ({ entityId, secretId, version }: SecretContext): string => JSON.stringify([entityId, secretId, version]);

const isSame = (one: SealedSecret, other: SealedSecret): boolean =>
  one.wrapNonce.equals(other.wrapNonce) && one.wrappedKey.equals(other.wrappedKey) && one.nonce.equals(other.nonce);
