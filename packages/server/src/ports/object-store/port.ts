import type { Readable } from "node:stream";

declare const brand: unique symbol;

/** A checked name of an object: segments of `[A-Za-z0-9_.=-]`, joined by slashes. */
export type ObjectKey = string & { readonly [brand]: true };

/** What was announced of an upload, and how much of it is accepted. */
export type Expected = { maxBytes: number; md5Base64?: string; sizeBytes?: number };

export type PutResult =
  | { ok: true; sizeBytes: number; md5Base64: string }
  | { ok: false; reason: "too_large" | "digest_mismatch" | "size_mismatch" };

/** Positions of the first and the last byte, both included, counted from 0. */
export type ByteRange = { start: number; end: number };

export type StoredObject = {
  /** Read it to the end or destroy it: it may hold a file or a connection open. */
  body: Readable;
  /** Of the whole object, whatever was asked for. */
  sizeBytes: number;
  /** What `body` holds; null when that is nothing: an empty object, or a range that starts past the end. */
  range: ByteRange | null;
};

/** An object, and when it was stored. */
export type ListedObject = { key: ObjectKey; storedAt: Date };

/**
 * Keeps the bytes of files and artifacts under names that we choose.
 *
 * A key must not also be the folder of another key (`a` beside `a/b`), and keys must differ in more than
 * letter case: not every store can tell such keys apart. Callers hash whatever a user has named.
 */
export type ObjectStore = {
  /**
   * Stores the body, whole or not at all, in place of what the key held before. When it answers `ok`, the object
   * survives a loss of power. Memory used does not depend on the size. A refused Readable is left as it is, neither
   * read to its end nor destroyed, so that a caller can still answer over the connection it came from; then it must
   * `resume()` a request, to keep the connection, or close it.
   * Throws when storing fails or when the body breaks off; the key then holds what it held.
   */
  put(key: ObjectKey, body: AsyncIterable<Uint8Array>, expected: Expected): Promise<PutResult>;
  /** The object, or the part of it that lies in the range; null when there is no such object. */
  get(key: ObjectKey, range?: ByteRange): Promise<StoredObject | null>;
  head(key: ObjectKey): Promise<{ sizeBytes: number } | null>;
  /** Removes the object if there is one. A body that is being read stays readable. */
  delete(key: ObjectKey): Promise<void>;
  /** All objects, in no order. What is stored or removed meanwhile may be among them or not. */
  list(): AsyncIterable<ListedObject>;
  close(): Promise<void>;
};

const segmentPattern = /^[A-Za-z0-9_.=-]{1,200}$/;
const maxKeyLength = 1024;

const isSegment = (text: string): boolean => segmentPattern.test(text) && text !== "." && text !== "..";

/** Whether a text, one read from the database for instance, is a key. */
export const isObjectKey = (text: string): text is ObjectKey => text.length <= maxKeyLength && text.split("/").every(isSegment);

/** Joins segments to a key. Throws a RangeError for a segment that could leave its place; none may hold a slash. */
export function objectKey(...segments: readonly [string, ...string[]]): ObjectKey {
  const key = segments.join("/");
  if (!segments.every(isSegment) || !isObjectKey(key)) throw new RangeError(`not an object key: ${JSON.stringify(key.slice(0, maxKeyLength))}`);
  return key;
}

/** The part of an object of that size that a range names; without a range all of it; null when it names nothing. */
export function clampRange(sizeBytes: number, range: ByteRange | undefined): ByteRange | null {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? sizeBytes - 1, sizeBytes - 1);
  if (start < 0 || !Number.isInteger(start) || !Number.isInteger(end)) throw new RangeError("a byte range has whole, non-negative positions");
  return start <= end ? { start, end } : null;
}
