import type { Database } from "../../db/database.ts";
import type { Credential } from "../../db/queries/credentials.ts";
import { findCredentialByHash, touchCredential } from "../../db/queries/credentials.ts";
import type { CredentialKind } from "../../domain/viewer.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";

/** The API keys and sessions that this process knows for good. */
export type Credentials = {
  /** Null for what does not exist or has expired. */
  find(kind: CredentialKind, hash: Buffer): Promise<Credential | null>;
  /** Forgets all: one was revoked, here or in another process. */
  forget(): void;
};

/**
 * How long a credential that was found is taken for good without asking the database: every request brings one, and
 * the question would cost as much as the rest of a small request. What is revoked is forgotten at once, by a
 * notification in other processes; where that is lost, it works at most this long.
 */
const trustedMs = 1_000;
const mostKnown = 10_000;

type Known = { credential: Promise<Credential | null>; until: number };

export function makeCredentials({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Credentials {
  const known = new Map<string, Known>();
  const keep = (key: string, credential: Promise<Credential | null>): void => {
    known.delete(key);
    // A map keeps the order of insertion: the first key is the oldest.
    const oldest = known.size >= mostKnown ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    const entry: Known = { credential, until: clock.monotonic() + trustedMs };
    known.set(key, entry);
    // Only those that were found are kept; whoever asked gets the outcome itself, an error too.
    const forget = (): void => void (known.get(key) === entry && known.delete(key));
    credential.then((found) => {
      if (found === null) forget();
      else entry.until = Math.min(entry.until, clock.monotonic() + (found.expiresInMs ?? trustedMs));
    }, forget);
  };
  const noteUse = (found: Credential | null): void => {
    if (found?.stale === true) void touchCredential(db, found).catch((error: unknown) => log.warn({ err: error }, "the use of a credential could not be noted"));
  };
  return {
    forget: () => known.clear(),
    find: (kind, hash) => {
      const key = `${kind} ${hash.toString("latin1")}`;
      const found = known.get(key);
      if (found !== undefined && clock.monotonic() < found.until) return found.credential;
      const credential = findCredentialByHash(db, kind, hash);
      keep(key, credential);
      credential.then(noteUse, () => undefined);
      return credential;
    },
  };
}
