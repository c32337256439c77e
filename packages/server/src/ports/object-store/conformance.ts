import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../kit/clock.ts";
import { objectKey, type ListedObject, type ObjectKey, type ObjectStore } from "./port.ts";

/** How a test makes one store of its own, empty, and gets rid of it. */
export type ObjectStoreHarness = { open(): Promise<ObjectStore>; cleanUp?(): Promise<void> };

type Current = () => ObjectStore;

/** What every object store must do; each adapter's test calls this with a store of its own. */
export function objectStoreConformance(name: string, harness: ObjectStoreHarness): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore | undefined;
    const current: Current = () => {
      if (store === undefined) throw new Error("no store is open");
      return store;
    };
    beforeEach(async () => {
      store = await harness.open();
    });
    afterEach(async () => {
      await store?.close();
      await harness.cleanUp?.();
    });
    keepsObjects(current);
    answersRanges(current);
    refusesUploads(current);
    survivesBrokenUploads(current);
  });
}

const limit = { maxBytes: 1 << 20 };
const key = objectKey("artifacts", "ab", "c=1_2-3.bin");
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("base64");
const bodyOf = (...chunks: readonly (string | Buffer)[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

async function contentOf(store: ObjectStore, name: ObjectKey): Promise<string | null> {
  const found = await store.get(name);
  return found === null ? null : (await buffer(found.body)).toString();
}

function keepsObjects(current: Current): void {
  it("gives back the very bytes that were put, with their size and digest", async () => {
    const bytes = randomBytes(300_000);
    const put = await current().put(key, bodyOf(bytes.subarray(0, 7), bytes.subarray(7)), { maxBytes: bytes.length, sizeBytes: bytes.length, md5Base64: md5(bytes) });
    expect(put).toEqual({ ok: true, sizeBytes: bytes.length, md5Base64: md5(bytes) });
    const found = await current().get(key);
    expect(found && (await buffer(found.body)).equals(bytes)).toBe(true);
    expect(found).toMatchObject({ sizeBytes: bytes.length, range: { start: 0, end: bytes.length - 1 } });
    expect(await current().head(key)).toEqual({ sizeBytes: bytes.length });
  });

  it("lists what it keeps, with the time, and not what it removed", async () => {
    const keys = [key, objectKey("artifacts", "ab", "other"), objectKey("top")];
    for (const one of keys) await current().put(one, bodyOf("x"), { maxBytes: 1 });
    await current().put(objectKey("gone"), bodyOf("x"), { maxBytes: 1 });
    await current().delete(objectKey("gone"));
    const listed: ListedObject[] = [];
    for await (const one of current().list()) listed.push(one);
    expect(listed.map((one) => one.key).sort()).toEqual([...keys].sort());
    for (const { storedAt } of listed) expect(Math.abs(storedAt.getTime() - systemClock.now().getTime())).toBeLessThan(3_600_000);
  });

  it("keeps an empty object", async () => {
    expect(await current().put(key, bodyOf(), { maxBytes: 0, sizeBytes: 0 })).toEqual({ ok: true, sizeBytes: 0, md5Base64: md5(Buffer.alloc(0)) });
    expect(await current().get(key)).toMatchObject({ sizeBytes: 0, range: null });
    expect(await contentOf(current(), key)).toBe("");
  });

  it("answers null for an object that is not there, under a stored object too", async () => {
    await current().put(key, bodyOf("x"), limit);
    for (const missing of [objectKey("other"), objectKey("artifacts"), objectKey("artifacts", "ab"), objectKey("artifacts", "ab", "c=1_2-3.bin", "under")]) {
      expect(await current().get(missing)).toBeNull();
      expect(await current().head(missing)).toBeNull();
      await current().delete(missing);
    }
    expect(await contentOf(current(), key)).toBe("x");
  });

  it("puts an object in place of the one before, and a reader of the old one reads it to its end", async () => {
    await current().put(key, bodyOf("old"), limit);
    const old = await current().get(key);
    await current().put(key, bodyOf("newer"), limit);
    expect(old && (await buffer(old.body)).toString()).toBe("old");
    expect(await contentOf(current(), key)).toBe("newer");
  });

  it("removes an object, and removes nothing without complaint", async () => {
    await current().put(key, bodyOf("x"), limit);
    await current().delete(key);
    await current().delete(key);
    expect(await current().get(key)).toBeNull();
  });

  it("ends two uploads to one key at once with one of the two, whole", async () => {
    const bodies = ["a".repeat(200_000), "b".repeat(100_000)];
    await Promise.all(bodies.map((body) => current().put(key, bodyOf(body.slice(0, 9), body.slice(9)), limit)));
    expect(bodies).toContain(await contentOf(current(), key));
  });
}

function answersRanges(current: Current): void {
  it.each([
    [{ start: 0, end: 0 }, "0", { start: 0, end: 0 }],
    [{ start: 3, end: 5 }, "345", { start: 3, end: 5 }],
    [{ start: 8, end: Number.MAX_SAFE_INTEGER }, "89", { start: 8, end: 9 }],
    [{ start: 10, end: 12 }, "", null],
    [{ start: 5, end: 4 }, "", null],
  ])("reads the range %j", async (range, content, given) => {
    await current().put(key, bodyOf("0123456789"), limit);
    const found = await current().get(key, range);
    expect(found).toMatchObject({ sizeBytes: 10, range: given });
    expect(found && (await buffer(found.body)).toString()).toBe(content);
  });
}

function refusesUploads(current: Current): void {
  it.each([
    ["too_large", "12345", { maxBytes: 4 }],
    ["too_large", "12345", { maxBytes: 4, sizeBytes: 5 }],
    ["size_mismatch", "1234", { maxBytes: 9, sizeBytes: 5 }],
    ["size_mismatch", "123456", { maxBytes: 9, sizeBytes: 5 }],
    ["digest_mismatch", "12345", { maxBytes: 9, md5Base64: md5(Buffer.from("54321")) }],
    ["digest_mismatch", "12345", { maxBytes: 9, md5Base64: "no digest" }],
  ] as const)("refuses as %s the body %s when it expects %j, and keeps what was there", async (reason, body, expected) => {
    await current().put(key, bodyOf("before"), limit);
    expect(await current().put(key, bodyOf(body), expected)).toEqual({ ok: false, reason });
    expect(await contentOf(current(), key)).toBe("before");
  });

  it("stops reading a body at the limit and leaves its source open, for the refusal to be sent", async () => {
    const source = bodyOf(...Array.from({ length: 100 }, () => Buffer.alloc(1000)));
    expect(await current().put(key, source, { maxBytes: 1500 })).toEqual({ ok: false, reason: "too_large" });
    expect(source.destroyed).toBe(false);
    expect((await buffer(source)).length).toBeGreaterThan(90_000);
    expect(await current().head(key)).toBeNull();
  });
}

function survivesBrokenUploads(current: Current): void {
  it("throws when the source breaks off, and keeps what was there", async () => {
    await current().put(key, bodyOf("before"), limit);
    async function* breaksOff(): AsyncGenerator<Buffer> {
      yield Buffer.from("half of");
      throw new Error("connection reset");
    }
    await expect(current().put(key, breaksOff(), limit)).rejects.toThrow("connection reset");
    await expect(current().put(key, Readable.from(breaksOff()), limit)).rejects.toThrow("connection reset");
    expect(await contentOf(current(), key)).toBe("before");
  });

  it("throws for a body that yields text instead of bytes", async () => {
    await expect(current().put(key, Readable.from(["text"]), limit)).rejects.toThrow(TypeError);
    expect(await current().head(key)).toBeNull();
  });

  it("asks for a chunk only when it is done with the one before", async () => {
    const shared = Buffer.alloc(1 << 16);
    const whole = createHash("md5");
    async function* oneBuffer(): AsyncGenerator<Buffer> {
      for (let round = 0; round < 64; round++) {
        shared.fill(round);
        whole.update(shared);
        yield shared;
      }
    }
    const put = await current().put(key, oneBuffer(), { maxBytes: 1 << 30 });
    const found = await current().get(key);
    expect(put).toMatchObject({ ok: true, md5Base64: whole.digest("base64") });
    expect(found && put.ok && md5(await buffer(found.body)) === put.md5Base64).toBe(true);
  });
}
