import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";

export type LinkMethod = "GET" | "PUT";

export type Link = {
  method: LinkMethod;
  /** As it stands in the request line, before the `?`. Choose one that no client rewrites: nothing percent-encoded. */
  path: string;
  expiresAt: Date;
  /** What else the link promises, as an expected digest, a size limit, a file name. Names are `[a-z][a-z0-9_]*`. */
  claims?: Readonly<Record<string, string>>;
};

export type LinkRefusal = "expired" | "bad_signature" | "malformed";

export type VerifiedLink = { ok: true; expiresAt: Date; claims: Record<string, string> } | { ok: false; reason: LinkRefusal };

/** What arrived: the method and path of the request, its query without the `?`, and the time. */
export type PresentedLink = { method: LinkMethod; path: string; query: string; now: Date };

/**
 * The query string, without the `?`, that makes a request for this path its own permission until it expires.
 * Whoever holds the link may use it, so it must not be logged.
 */
export function signLink(link: Link, key: KeyObject): string {
  const claims = Object.entries(link.claims ?? {}).map(([name, value]): Claim => [name, value.toWellFormed()]);
  const wrong = claims.find(([name]) => !claimName.test(name));
  if (wrong !== undefined) throw new RangeError(`not a claim name: ${wrong[0]}`);
  const expires = link.expiresAt.getTime();
  if (!isTime(expires)) throw new RangeError("a link needs a time at which it expires");
  const query = new URLSearchParams({ expires: String(expires) });
  for (const [name, value] of claims) query.append(claimPrefix + name, value);
  query.append("signature", signature({ method: link.method, path: link.path, expires, claims }, key).toString("base64url"));
  return query.toString();
}

/**
 * Whether the link was signed with this key for this method and path, nothing of it was changed, and it has not expired.
 * A link that says anything twice, or anything that is not signed, is malformed. Expiry is told only of true links.
 */
export function verifyLink(presented: PresentedLink, key: KeyObject): VerifiedLink {
  const read = readQuery(presented.query);
  if (read === null) return { ok: false, reason: "malformed" };
  const { expires, claims } = read;
  const expected = signature({ method: presented.method, path: presented.path, expires, claims }, key);
  if (!timingSafeEqual(expected, read.signature)) return { ok: false, reason: "bad_signature" };
  if (presented.now.getTime() >= expires) return { ok: false, reason: "expired" };
  return { ok: true, expiresAt: new Date(expires), claims: Object.fromEntries(claims) };
}

/** The same with any of several keys: links outlive the rotation of the key that signed them. */
export function verifyLinkByAny(presented: PresentedLink, keys: readonly KeyObject[]): VerifiedLink {
  const outcomes = keys.map((key) => verifyLink(presented, key));
  return outcomes.find((outcome) => outcome.ok || outcome.reason !== "bad_signature") ?? { ok: false, reason: "bad_signature" };
}

type Claim = [name: string, value: string];
type Signed = { method: LinkMethod; path: string; expires: number; claims: readonly Claim[] };

const claimName = /^[a-z][a-z0-9_]{0,31}$/;
const claimPrefix = "claim.";
const signaturePattern = /^[A-Za-z0-9_-]{43}$/;
const queryAtMost = 8192;
const lastTime = 8.64e15;

const isTime = (milliseconds: number): boolean => Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= lastTime;

/** JSON keeps the parts apart: no two different links are signed as the same text. */
function signature({ method, path, expires, claims }: Signed, key: KeyObject): Buffer {
  const sorted = claims.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHmac("sha256", key).update(JSON.stringify(["signed-link.v1", method, path, expires, sorted])).digest();
}

function readQuery(query: string): { expires: number; claims: Claim[]; signature: Buffer } | null {
  if (query.length > queryAtMost) return null;
  const parameters = [...new URLSearchParams(query)];
  const names = new Set(parameters.map(([name]) => name));
  if (names.size !== parameters.length) return null;

  const single = new Map(parameters.filter(([name]) => !name.startsWith(claimPrefix)));
  const [expires, signed] = [single.get("expires"), single.get("signature")];
  if (single.size !== 2 || expires === undefined || signed === undefined) return null;
  if (!/^\d{1,16}$/.test(expires) || !isTime(Number(expires)) || !signaturePattern.test(signed)) return null;

  const claims = parameters.filter(([name]) => name.startsWith(claimPrefix)).map(([name, value]): Claim => [name.slice(claimPrefix.length), value]);
  if (!claims.every(([name]) => claimName.test(name))) return null;
  return { expires: Number(expires), claims, signature: Buffer.from(signed, "base64url") };
}
