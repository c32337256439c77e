import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Expected, PutResult } from "./port.ts";

/**
 * Reads an upload chunk by chunk into `write`, counting and hashing on the way, and judges it by what was expected.
 * Stops at the first byte too many. A Readable is not destroyed by that. Throws what the body or `write` throws.
 */
export async function receive(body: AsyncIterable<Uint8Array>, expected: Expected, write: (chunk: Uint8Array) => Promise<void>): Promise<PutResult> {
  const { maxBytes, sizeBytes: announced } = expected;
  if (announced !== undefined && announced > maxBytes) return { ok: false, reason: "too_large" };
  const hash = createHash("md5");
  let sizeBytes = 0;
  for await (const chunk of leavingOpen(body)) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("an object's body must yield bytes");
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) return { ok: false, reason: "too_large" };
    if (announced !== undefined && sizeBytes > announced) return { ok: false, reason: "size_mismatch" };
    hash.update(chunk);
    await write(chunk);
  }
  if (announced !== undefined && sizeBytes !== announced) return { ok: false, reason: "size_mismatch" };
  const digest = hash.digest();
  if (expected.md5Base64 !== undefined && !Buffer.from(expected.md5Base64, "base64").equals(digest)) return { ok: false, reason: "digest_mismatch" };
  return { ok: true, sizeBytes, md5Base64: digest.toString("base64") };
}

/** Leaving a plain `for await` destroys a Readable, and with a request's the connection that has to carry the refusal. */
const leavingOpen = (body: AsyncIterable<Uint8Array>): AsyncIterable<unknown> => (body instanceof Readable ? body.iterator({ destroyOnReturn: false }) : body);
