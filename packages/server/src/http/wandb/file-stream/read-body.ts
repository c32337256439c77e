import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Failure } from "../../../domain/failure.ts";

/** How many bytes the body may have, both as it travels and as it reads. */
export type BodyLimit = { maxBytes: number };

/**
 * The text of a request's body, plain or in one layer of gzip. Bytes are counted while they stream, before and after
 * inflating: a megabyte can hold a gigabyte of zeros, and a long row of empty gzip members holds nothing at all.
 * Throws "too_large", "unsupported_media_type", or "bad_request" for what is not gzip or not UTF-8; the body is then
 * left open, so that the refusal can be sent.
 */
export async function readBody(raw: Readable, contentEncoding: string | undefined, limit: BodyLimit): Promise<string> {
  const bytes = isGzip(contentEncoding) ? await collectInflated(raw, limit) : await collect(counted(raw, limit), limit);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Failure("bad_request", "The body is not UTF-8.");
    throw error;
  }
}

function isGzip(contentEncoding: string | undefined): boolean {
  switch (contentEncoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return false;
    case "gzip":
      return true;
    default:
      throw new Failure("unsupported_media_type", "The body may be plain, or gzip: no other Content-Encoding is read here.");
  }
}

async function* counted(raw: Readable, limit: BodyLimit): AsyncGenerator<Buffer> {
  let size = 0;
  const chunks: AsyncIterable<unknown> = raw.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    if (!(chunk instanceof Buffer)) throw new TypeError("a request's body must yield bytes");
    size += chunk.length;
    if (size > limit.maxBytes) throw tooLarge(limit);
    yield chunk;
  }
}

async function collect(chunks: AsyncIterable<Buffer>, limit: BodyLimit): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit.maxBytes) throw tooLarge(limit);
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

async function collectInflated(raw: Readable, limit: BodyLimit): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  try {
    await pipeline(counted(raw, limit), createGunzip(), async (inflated: AsyncIterable<Buffer>) => {
      bytes = await collect(inflated, limit);
    });
    return bytes;
  } catch (error) {
    if (isZlibError(error)) throw new Failure("bad_request", "The body says that it is gzip, and is not, or ends too early.");
    throw error;
  }
}

const isZlibError = (error: unknown): boolean => error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");

const tooLarge = (limit: BodyLimit): Failure => new Failure("too_large", `The body may have at most ${limit.maxBytes} bytes, unpacked.`);
