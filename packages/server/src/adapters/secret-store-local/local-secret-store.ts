import { createSecretKey, type KeyObject } from "node:crypto";
import type { Log } from "../../kit/log.ts";
import type { Random } from "../../kit/random.ts";
import { SecretUnreadable, type SealedSecret, type SecretContext, type SecretStore } from "../../ports/secret-store/port.ts";
import { readKey, type KeyEncryptionKey } from "./key-encryption-key.ts";
import { keyFileName, readOrMakeKeyFile } from "./key-file.ts";
import { openBox, sealBox } from "./sealing.ts";

export type LocalSecretStoreOptions = {
  /** The key-encryption key: 32 bytes in base64, or the folder whose `secret.key` holds them or will. */
  key: { base64: string } | { folder: string };
  /** Keys of before, in base64: what they sealed can be read and rewrapped. */
  olderKeys?: readonly string[];
  random: Random;
  log: Log;
};

/** A secret store whose key-encryption key this process holds. Throws when a key can't be read. */
export async function openLocalSecretStore({ key, olderKeys = [], random, log }: LocalSecretStoreOptions): Promise<SecretStore> {
  const current = "base64" in key ? readKey(key.base64, "the key-encryption key") : readKey(await readOrMakeKeyFile(key.folder, random, log), `${key.folder}/${keyFileName}`);
  const older = olderKeys.map((text, index) => readKey(text, `older key-encryption key ${index + 1}`));
  const keys = new Map([...older, current].map((each) => [each.id, each]));

  const wrap = (dataKey: Buffer, context: SecretContext): Pick<SealedSecret, "keyId" | "wrapNonce" | "wrappedKey"> => {
    const box = sealBox(dataKey, current.wrapping, bound("data-key", context), random);
    return { keyId: current.id, wrapNonce: box.nonce, wrappedKey: box.sealed };
  };
  return {
    keyId: current.id,
    async seal(plaintext, context) {
      if (!plaintext.isWellFormed()) throw new RangeError("a secret must be well-formed text");
      const dataKey = random.bytes(32);
      const box = sealBox(Buffer.from(plaintext), createSecretKey(dataKey), bound("secret", context), random);
      return { ...wrap(dataKey, context), nonce: box.nonce, ciphertext: box.sealed };
    },
    async open(sealed, context) {
      const plaintext = openBox({ nonce: sealed.nonce, sealed: sealed.ciphertext }, dataKeyOf(sealed, context, keys), bound("secret", context));
      if (plaintext === null) throw new SecretUnreadable("not_authentic", context);
      return plaintext.toString();
    },
    async rewrap(sealed, context) {
      const dataKey = dataKeyOf(sealed, context, keys);
      return { ...sealed, ...wrap(dataKey.export(), context) };
    },
    derive: current.derive,
  };
}

function dataKeyOf(sealed: SealedSecret, context: SecretContext, keys: ReadonlyMap<string, KeyEncryptionKey>): KeyObject {
  const key = keys.get(sealed.keyId);
  if (key === undefined) throw new SecretUnreadable("unknown_key", context);
  const dataKey = openBox({ nonce: sealed.wrapNonce, sealed: sealed.wrappedKey }, key.wrapping, bound("data-key", context));
  if (dataKey === null) throw new SecretUnreadable("not_authentic", context);
  return createSecretKey(dataKey);
}

/** What each layer is bound to. JSON keeps the parts apart: no two contexts give the same bytes. */
const bound = (layer: "data-key" | "secret", { entityId, secretId, version }: SecretContext): Buffer =>
  Buffer.from(JSON.stringify(["secret-store.v1", layer, entityId, secretId, version]));
