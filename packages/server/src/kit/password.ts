import { scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import type { Random } from "./random.ts";

/** 32 MiB and about 100 ms of work per password, as OWASP advises for scrypt. */
const cost = { log2N: 15, r: 8, p: 3 };
const saltBytes = 16;
const hashBytes = 32;

type Cost = { log2N: number; r: number; p: number };
type Parsed = { cost: Cost; salt: Buffer; hash: Buffer };

/** A text to store: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, so that the cost can be raised without a migration. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(saltBytes);
  const hash = await derive(password, salt, cost);
  return `$scrypt$ln=${cost.log2N},r=${cost.r},p=${cost.p}$${encode(salt)}$${encode(hash)}`;
}

/**
 * Whether the password is the one that was stored. Give null for a user who does not exist: that takes as long as
 * a wrong password. False for a stored text that is not one of ours.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parsed = stored === null ? null : parse(stored);
  const known = parsed ?? { cost, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
  const same = timingSafeEqual(await derive(password, known.salt, known.cost), known.hash);
  return same && parsed !== null;
}

const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

function parse(stored: string): Parsed | null {
  const [, log2N = "", r = "", p = "", salt = "", hash = ""] = pattern.exec(stored) ?? [];
  const read = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  if (read.log2N < 1 || read.log2N > 20 || read.r < 1 || read.r > 16 || read.p < 1 || read.p > 16) return null;
  return { cost: read, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
}

/** Off the main thread. The same password typed on two keyboards may differ in code points; NFKC makes it one. */
function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * (N + p) * r + (1 << 20) };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, hashBytes, options, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}

const encode = (bytes: Buffer): string => bytes.toString("base64url");
