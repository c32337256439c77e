import { createHash } from "node:crypto";
import type { LoginSubject } from "../../db/queries/login-failures.ts";
import { countLoginFailure, takeBackLoginFailure } from "../../db/queries/login-failures.ts";
import { findLogin } from "../../db/queries/people.ts";
import { tooManyRequests } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { networkOf } from "../../kit/network-of.ts";
import { verifyPassword } from "../../kit/password.ts";
import type { Services } from "../services.ts";

export type Login = { username: string; password: string; /** Where the attempt comes from. */ address: string };

const windowMs = 15 * 60_000;
/**
 * Failures within a window. For a name at one address few; for a name from anywhere more, so that nobody can easily
 * lock another user out; for an address as many, whatever names are tried there.
 */
const most = { nameAtAddress: 10, name: 50, address: 50 } as const;

/**
 * The user whose name (or email) and password these are; null when they do not fit. An unknown name takes as long as a
 * wrong password. Failures are counted in the database, for all processes; too many within 15 minutes, and this throws
 * too_many_requests.
 */
export async function verifyLogin(services: Pick<Services, "db">, { username, password, address }: Login): Promise<Viewer | null> {
  const name = username.trim();
  const subjects = subjectsOf(name.toLowerCase(), networkOf(address));
  // Counted before the work: attempts that arrive together are counted together.
  const blockedMs = await countLoginFailure(services.db, subjects, windowMs);
  if (blockedMs !== null) throw tooManyRequests("Too many failed attempts to sign in. Try again later.", blockedMs);
  const found = name.length > 254 || password.length > 256 ? null : await findLogin(services.db, name);
  const same = await verifyPassword(password.slice(0, 256), found?.passwordHash ?? null);
  if (found === null || !same) return null;
  await takeBackLoginFailure(services.db, subjects);
  return { userId: found.userId, username: found.username, entityId: found.entityId, isAdmin: found.isAdmin };
}

const subjectsOf = (name: string, network: string): LoginSubject[] => [
  { subject: hashed("name at address", name, network), most: most.nameAtAddress },
  { subject: hashed("name", name), most: most.name },
  { subject: hashed("address", network), most: most.address },
];

const hashed = (...parts: readonly string[]): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex");
