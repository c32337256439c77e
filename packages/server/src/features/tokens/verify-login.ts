import { findLogin } from "../../db/queries/people.ts";
import { Failure } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { verifyPassword } from "../../kit/password.ts";
import type { Services } from "../services.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { makeLoginThrottle } from "./login-throttle.ts";

export type Login = { username: string; password: string; /** Where the attempt comes from. */ address: string };
export type VerifyLogin = (login: Login) => Promise<Viewer | null>;

/**
 * Makes the check of user name (or email) and password; null when they do not fit. An unknown name takes as long as a
 * wrong password. Throws too_many_requests after ten failures for one name from one address within 15 minutes.
 */
export function makeVerifyLogin(services: Pick<Services, "db" | "clock">, throttle: LoginThrottle = makeLoginThrottle(services.clock)): VerifyLogin {
  return async ({ username, password, address }) => {
    const name = username.trim();
    const key = JSON.stringify([address, name.toLowerCase()]);
    if (throttle.isBlocked(key)) throw new Failure("too_many_requests", "Too many failed attempts to sign in. Try again in 15 minutes.");
    // Counted before the work: attempts that arrive together are counted together.
    throttle.failed(key);
    const found = name.length > 254 || password.length > 256 ? null : await findLogin(services.db, name);
    const same = await verifyPassword(password.slice(0, 256), found?.passwordHash ?? null);
    if (found === null || !same) return null;
    throttle.succeeded(key);
    return { userId: found.userId, username: found.username, entityId: found.entityId, isAdmin: found.isAdmin };
  };
}
