import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nullFor } from "../../kit/error-code.ts";
import type { KeyEncryptionKey } from "./key-encryption-key.ts";
import { readKey } from "./key-encryption-key.ts";
import { keyFileName, nextKeyFileName, previousKeyFileName } from "./key-file.ts";

/** The key-encryption keys of this process. */
export type KeyRing = {
  /** The one that seals. */
  current: KeyEncryptionKey;
  /** All that it has, the one that seals first. */
  all(): readonly KeyEncryptionKey[];
  /** The key of that id; undefined where neither the process nor its key folder has it. */
  find(id: string): Promise<KeyEncryptionKey | undefined>;
};

export type KeyRingOptions = {
  current: KeyEncryptionKey;
  further: readonly KeyEncryptionKey[];
  /** Where keys of a rotation lie beside the current one; null where the keys are given otherwise. */
  folder: string | null;
};

/** Keys of which more may appear: a rotation that goes on while this process runs puts them into its folder. */
export async function openKeyRing({ current, further, folder }: KeyRingOptions): Promise<KeyRing> {
  const keys = new Map([current, ...further].map((key) => [key.id, key]));
  const look = async (): Promise<void> => {
    if (folder === null) return;
    for (const key of await keysIn(folder)) if (!keys.has(key.id)) keys.set(key.id, key);
  };
  await look();
  return {
    current,
    all: () => [...keys.values()],
    find: async (id) => {
      if (!keys.has(id)) await look();
      return keys.get(id);
    },
  };
}

async function keysIn(folder: string): Promise<KeyEncryptionKey[]> {
  const paths = [keyFileName, nextKeyFileName, previousKeyFileName].map((name) => join(folder, name));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(nullFor("ENOENT"))));
  return texts.flatMap((text, index) => (text === null ? [] : [readKey(text, paths[index] ?? folder)]));
}
