import { openLocalSecretStore } from "./adapters/secret-store-local/local-secret-store.ts";
import { beginKeyFileRotation } from "./adapters/secret-store-local/rotate-key-file.ts";
import { startDatabaseServer } from "./app-database.ts";
import type { Config } from "./config.ts";
import { openDatabase } from "./db/database.ts";
import type { RewrapReport } from "./features/secrets/index.ts";
import { rewrapSecrets } from "./features/secrets/index.ts";
import { systemClock } from "./kit/clock.ts";
import type { Log } from "./kit/log.ts";
import { systemRandom } from "./kit/random.ts";
import type { SecretStore } from "./ports/secret-store/port.ts";

const world = { clock: systemClock, random: systemRandom };

type Rotation = { store: SecretStore; adopt(): Promise<void>; then: string };

export type RotationReport = RewrapReport & {
  keyId: string;
  /** What the operator may do now, as a sentence. */
  then: string;
};

/**
 * `keys rotate`: wraps the data keys of all secrets with a new key-encryption key. With a key in the settings it is
 * BELLHOP_SECRET_KEY that they are wrapped with; with the generated file a new key is made, and takes the file's place
 * when everything is wrapped with it. Can be broken off at any point and run again.
 */
export async function rotateKey(config: Config, log: Log): Promise<RotationReport> {
  const rotation = await begin(config, log);
  const server = await startDatabaseServer(config, { log, ...world });
  const db = openDatabase({ url: server.url, poolSize: 2, log });
  try {
    const report = await rewrapSecrets({ db, secretStore: rotation.store });
    if (report.unreadable.length === 0) await rotation.adopt();
    return { ...report, keyId: rotation.store.keyId, then: report.unreadable.length === 0 ? rotation.then : "Give the key that sealed them in BELLHOP_FURTHER_SECRET_KEYS, or store these secrets again, and run this once more." };
  } finally {
    await db.close();
    await server.stop();
  }
}

async function begin({ secretKey, furtherSecretKeys, dataDir }: Config, log: Log): Promise<Rotation> {
  if (secretKey === null) {
    const rotation = await beginKeyFileRotation({ folder: dataDir, furtherKeys: furtherSecretKeys, random: world.random, log });
    return { ...rotation, then: "Restart the servers that use this folder, run this once more, and then delete secret.key.previous." };
  }
  const store = await openLocalSecretStore({ key: { base64: secretKey }, furtherKeys: furtherSecretKeys, random: world.random, log });
  return { store, adopt: () => Promise.resolve(), then: "Once every server has this BELLHOP_SECRET_KEY, run this once more, and then take the other keys out of BELLHOP_FURTHER_SECRET_KEYS." };
}
