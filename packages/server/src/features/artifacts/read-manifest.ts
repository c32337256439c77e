import type { Manifest } from "../../domain/artifact-manifest.ts";
import { parseManifest } from "../../domain/artifact-manifest.ts";
import { Failure } from "../../domain/failure.ts";
import type { ObjectStore } from "../../ports/object-store/port.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";

/** A manifest of a million files has about this size. */
export const largestManifest = 256 << 20;

/** Of JSON text; parsed it takes a few times that. */
const cacheBytes = 16 << 20;

type Cache = { entries: Map<string, { manifest: Manifest; bytes: number }>; bytes: number };

// Content under a manifest's key never changes, since the key holds its digest or was chosen for it alone; so what was
// read once stays true. A cache per store, so that the stores of tests do not meet.
const caches = new WeakMap<ObjectStore, Cache>();

/** The manifest kept under the key. Throws `invalid` when what a client uploaded is not one, an Error when it is gone. */
export async function readManifest(objects: ObjectStore, objectKey: string): Promise<Manifest> {
  const cache = cacheOf(objects);
  const known = cache.entries.get(objectKey);
  if (known !== undefined) {
    // A map keeps the order of insertion: what was used last goes to the end, the oldest is dropped first.
    cache.entries.delete(objectKey);
    cache.entries.set(objectKey, known);
    return known.manifest;
  }
  const text = await readText(objects, objectKey);
  const parsed = parseManifest(text);
  if (!parsed.ok) throw new Failure("invalid", `The uploaded manifest cannot be read: ${parsed.message}.`);
  remember(cache, objectKey, { manifest: parsed.manifest, bytes: text.length });
  return parsed.manifest;
}

function cacheOf(objects: ObjectStore): Cache {
  const cache = caches.get(objects) ?? { entries: new Map(), bytes: 0 };
  caches.set(objects, cache);
  return cache;
}

function remember(cache: Cache, key: string, entry: { manifest: Manifest; bytes: number }): void {
  // Two readers may have read the same manifest at the same time.
  if (entry.bytes > cacheBytes || cache.entries.has(key)) return;
  cache.entries.set(key, entry);
  cache.bytes += entry.bytes;
  for (const [oldest, { bytes }] of cache.entries) {
    if (cache.bytes <= cacheBytes) return;
    cache.entries.delete(oldest);
    cache.bytes -= bytes;
  }
}

async function readText(objects: ObjectStore, key: string): Promise<string> {
  const stored = isObjectKey(key) ? await objects.get(key) : null;
  if (stored === null) throw new Error(`the object store has lost ${key}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stored.body) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
