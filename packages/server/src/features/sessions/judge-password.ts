import { createHash } from "node:crypto";
import type { LoginSubject } from "../../db/queries/login-failures.ts";
import { countLoginFailure, takeBackLoginFailure } from "../../db/queries/login-failures.ts";
import type { Login } from "../../db/queries/people.ts";
import { findLogin } from "../../db/queries/people.ts";
import { tooManyRequests } from "../../domain/failure.ts";
import { networkOf } from "../../kit/network-of.ts";
import { verifyPassword } from "../../kit/password.ts";
import type { Services } from "../services.ts";
import type { Trying } from "./record-refused.ts";
import { recordRefusedPassword, recordThrottled } from "./record-refused.ts";

export type Attempt = Trying & { username: string; password: string };

/** A user whose password was right, and the hash that it fits. */
export type ProvenUser = Login & { passwordHash: string };

const windowMs = 15 * 60_000;
/**
 * Failures within a window. For a name at one address few; for a name from anywhere more, so that nobody can easily
 * lock another user out; for an address as many, whatever names are tried there.
 */
const most = { nameAtAddress: 10, name: 50, address: 50 } as const;
const longestName = 254;
const longestPassword = 256;

/**
 * The user whose name (or email) and password these are; null when they do not fit. An unknown name takes as long as a
 * wrong password. Failures are counted in the database, for all processes; too many within 15 minutes, and this throws
 * too_many_requests. Each failure stands in the audit log.
 */
export async function judgePassword({ db }: Pick<Services, "db">, attempt: Attempt): Promise<ProvenUser | null> {
  const name = attempt.username.trim();
  const subjects = subjectsOf(name.toLowerCase(), networkOf(attempt.from.address));
  const find = (): Promise<Login | null> => (mayBeName(name) ? findLogin(db, name) : Promise.resolve(null));
  // Counted before the work: attempts that arrive together are counted together.
  const blocked = await countLoginFailure(db, subjects, windowMs);
  if (blocked !== null) {
    await recordThrottled(db, attempt, { blocked, find });
    throw tooManyRequests("Too many failed attempts to sign in. Try again later.", blocked.forMs);
  }
  const found = await find();
  const same = await verifyPassword(attempt.password.slice(0, longestPassword), found?.passwordHash ?? null);
  if (found === null || found.passwordHash === null || !same || attempt.password.length > longestPassword) {
    await recordRefusedPassword(db, attempt, { user: found, reason: found === null ? "unknown_name" : found.passwordHash === null ? "no_password" : "wrong_password" });
    return null;
  }
  await takeBackLoginFailure(db, subjects);
  return { ...found, passwordHash: found.passwordHash };
}

/** PostgreSQL knows no NUL in a text: what has one is nobody's name. */
const mayBeName = (name: string): boolean => name.length <= longestName && !name.includes("\0");

const subjectsOf = (name: string, network: string): LoginSubject[] => [
  { subject: hashed("name at address", name, network), most: most.nameAtAddress },
  { subject: hashed("name", name), most: most.name },
  { subject: hashed("address", network), most: most.address },
];

const hashed = (...parts: readonly string[]): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex");
