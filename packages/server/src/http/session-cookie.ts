// The prefix __Host- makes browsers refuse the cookie unless it is Secure, for every path, and of this very host: no
// sibling host can plant one. Browsers keep it over HTTPS and on localhost.
export const sessionCookieName = "__Host-bellhop";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** The session's token; null when the request has none that can be one. */
export function readSessionCookie(header: string | undefined): string | null {
  for (const part of header?.split(";") ?? []) {
    const [key, value = ""] = part.trim().split("=", 2);
    if (key === sessionCookieName && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

export const sessionCookie = (token: string, lifetimeMs: number): string => `${sessionCookieName}=${token}; ${attributes}; Max-Age=${Math.floor(lifetimeMs / 1_000)}`;

export const endedSessionCookie = `${sessionCookieName}=; ${attributes}; Max-Age=0`;
