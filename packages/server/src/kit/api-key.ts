import { createHash, timingSafeEqual } from "node:crypto";
import type { Random } from "./random.ts";

/** RFC 4648, section 6, in lower case. */
const base32 = "abcdefghijklmnopqrstuvwxyz234567";
const keyBytes = 25;

/**
 * A new key: 40 characters, 200 random bits, shown once and never stored. No dash: the wandb client takes what stands
 * before the first dash for a prefix and wants 40 characters behind it.
 */
export function newApiKey(random: Random): string {
  const bits = [...random.bytes(keyBytes)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => base32.charAt(Number.parseInt(five, 2)));
}

/** What is stored of a key. A plain hash is enough: there is nothing to guess in 200 random bits. */
export const hashApiKey = (key: string): Buffer => createHash("sha256").update(key).digest();

/** Compares two hashes of keys in constant time. */
export const isSameKeyHash = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

/** Whether a text can be a key at all: 40 characters or more, the prefix and dash that some servers' keys have among them. */
export const isPlausibleApiKey = (key: string): boolean => /^[A-Za-z0-9_-]{40,256}$/.test(key);
