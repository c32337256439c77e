import { createSecretKey, type KeyObject } from "node:crypto";
import type { Log } from "../../kit/log.ts";
import type { Random } from "../../kit/random.ts";
import { SecretUnreadable, type SealedSecret, type SecretContext, type SecretStore } from "../../ports/secret-store/port.ts";
import { readKey } from "./key-encryption-key.ts";
import { keyFileName, readOrMakeKeyFile } from "./key-file.ts";
import { openKeyRing, type KeyRing } from "./key-ring.ts";
import { openBox, sealBox } from "./sealing.ts";

export type LocalSecretStoreOptions = {
  /** The key-encryption key: 32 bytes in base64, or the folder whose `secret.key` holds them or will. */
  key: { base64: string } | { folder: string };
  /** Keys of before, or of the next rotation, in base64: what they sealed can be read and rewrapped. */
  furtherKeys?: readonly string[];
  /** A folder with further keys, where the key itself is given; the folder that holds the key is looked into anyway. */
  lookInto?: string;
  random: Random;
  log: Log;
};

/** A secret store whose key-encryption key this process holds. Throws when a key can't be read. */
export async function openLocalSecretStore({ key, furtherKeys = [], lookInto, random, log }: LocalSecretStoreOptions): Promise<SecretStore> {
  const current = "base64" in key ? readKey(key.base64, "the key-encryption key") : readKey(await readOrMakeKeyFile({ folder: key.folder, name: keyFileName, random, log }), `${key.folder}/${keyFileName}`);
  const further = furtherKeys.map((text, index) => readKey(text, `further key-encryption key ${index + 1}`));
  const ring = await openKeyRing({ current, further, folder: "folder" in key ? key.folder : (lookInto ?? null) });

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
      const plaintext = openBox({ nonce: sealed.nonce, sealed: sealed.ciphertext }, await dataKeyOf(sealed, context, ring), bound("secret", context));
      if (plaintext === null) throw new SecretUnreadable("not_authentic", context);
      return plaintext.toString();
    },
    async rewrap(sealed, context) {
      const dataKey = await dataKeyOf(sealed, context, ring);
      return { ...sealed, ...wrap(dataKey.export(), context) };
    },
    derive: current.derive,
    deriveAll: (purpose) => ring.all().map((each) => each.derive(purpose)),
  };
}

async function dataKeyOf(sealed: SealedSecret, context: SecretContext, ring: KeyRing): Promise<KeyObject> {
  const key = await ring.find(sealed.keyId);
  if (key === undefined) throw new SecretUnreadable("unknown_key", context);
  const dataKey = openBox({ nonce: sealed.wrapNonce, sealed: sealed.wrappedKey }, key.wrapping, bound("data-key", context));
  if (dataKey === null) throw new SecretUnreadable("not_authentic", context);
  return createSecretKey(dataKey);
}

/** What each layer is bound to. JSON keeps the parts apart: no two contexts give the same bytes. */
const bound = (layer: "data-key" | "secret", { entityId, secretId, version }: SecretContext): Buffer =>
  Buffer.from(JSON.stringify(["secret-store.v1", layer, entityId, secretId, version]));
