import { Readable } from "node:stream";
import { systemClock } from "../../kit/clock.ts";
import { clampRange, type ObjectKey, type ObjectStore } from "./port.ts";
import { receive } from "./receive.ts";

/** An object store that forgets: for tests, and for a server or a change that is only tried out. */
export function memoryObjectStore(clock = systemClock): ObjectStore {
  const objects = new Map<ObjectKey, Buffer>();
  const storedAt = new Map<ObjectKey, Date>();
  return {
    async put(key, body, expected) {
      const chunks: Buffer[] = [];
      const result = await receive(body, expected, async (chunk) => void chunks.push(Buffer.from(chunk)));
      if (result.ok) {
        objects.set(key, Buffer.concat(chunks));
        storedAt.set(key, clock.now());
      }
      return result;
    },
    async get(key, asked) {
      const bytes = objects.get(key);
      if (bytes === undefined) return null;
      const range = clampRange(bytes.length, asked);
      const part = range === null ? [] : [Buffer.from(bytes.subarray(range.start, range.end + 1))];
      return { body: Readable.from(part, { objectMode: false }), sizeBytes: bytes.length, range };
    },
    async head(key) {
      const bytes = objects.get(key);
      return bytes === undefined ? null : { sizeBytes: bytes.length };
    },
    async delete(key) {
      objects.delete(key);
    },
    async *list() {
      for (const key of [...objects.keys()]) yield { key, storedAt: storedAt.get(key) ?? clock.now() };
    },
    async close() {
      objects.clear();
    },
  };
}
