import { link, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../kit/log.ts";
import type { Random } from "../../kit/random.ts";
import { syncFolder } from "../../kit/sync-folder.ts";
import type { SecretStore } from "../../ports/secret-store/port.ts";
import { keyFileName, nextKeyFileName, previousKeyFileName, readOrMakeKeyFile } from "./key-file.ts";
import { openLocalSecretStore } from "./local-secret-store.ts";

export type KeyFileRotation = {
  /** Seals with the next key, and reads what any key of the folder has sealed. */
  store: SecretStore;
  /** Makes the next key the current one; the current one is kept as the previous. Only once nothing is sealed by another. */
  adopt(): Promise<void>;
};

export type KeyFileOptions = { folder: string; furtherKeys: readonly string[]; random: Random; log: Log };

/**
 * Begins the rotation of `<folder>/secret.key`, or takes up one that was broken off: the next key is made once, in a
 * file beside it, where every server that uses the folder finds it as soon as it meets something sealed by it.
 */
export async function beginKeyFileRotation(options: KeyFileOptions): Promise<KeyFileRotation> {
  const { folder, furtherKeys, random, log } = options;
  const current = await readFile(join(folder, keyFileName), "utf8");
  const next = await readOrMakeKeyFile({ folder, name: nextKeyFileName, random, log });
  const store = await openLocalSecretStore({ key: { base64: next }, furtherKeys: [current, ...furtherKeys], lookInto: folder, random, log });
  return { store, adopt: () => adopt(folder) };
}

/** At every moment there is a whole secret.key, and every key that a server may have sealed with lies in the folder. */
async function adopt(folder: string): Promise<void> {
  const path = (name: string): string => join(folder, name);
  await rm(path(previousKeyFileName), { force: true });
  await link(path(keyFileName), path(previousKeyFileName));
  await rename(path(nextKeyFileName), path(keyFileName));
  await syncFolder(folder);
}
