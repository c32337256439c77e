import { describe, expect, it } from "vitest";
import { hashApiKey, isPlausibleApiKey, isSameKeyHash, newApiKey } from "./api-key.ts";
import { systemRandom } from "./random.ts";

const fixedBytes = (byte: number) => ({ fraction: () => 0, bytes: (count: number) => Buffer.alloc(count, byte) });

describe("an API key", () => {
  it("is 40 characters that a client accepts, none of them a dash", () => {
    const keys = Array.from({ length: 500 }, () => newApiKey(systemRandom));
    for (const key of keys) expect(key).toMatch(/^[a-z2-7]{40}$/);
    expect(keys.every(isPlausibleApiKey)).toBe(true);
    expect(new Set(keys).size).toBe(500);
  });

  it("uses every one of its random bits", () => {
    expect(newApiKey(fixedBytes(0))).toBe("a".repeat(40));
    expect(newApiKey(fixedBytes(0xff))).toBe("7".repeat(40));
    const oneBitEach = Array.from({ length: 200 }, (_, bit) => {
      const bytes = Buffer.alloc(25);
      bytes.writeUInt8(1 << (bit % 8), Math.floor(bit / 8));
      return newApiKey({ fraction: () => 0, bytes: () => bytes });
    });
    expect(new Set(oneBitEach).size).toBe(200);
  });

  it("is compared by its SHA-256", () => {
    expect(hashApiKey("abc").toString("hex")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(isSameKeyHash(hashApiKey("abc"), hashApiKey("abc"))).toBe(true);
    expect(isSameKeyHash(hashApiKey("abc"), hashApiKey("abd"))).toBe(false);
    expect(isSameKeyHash(hashApiKey("abc"), Buffer.alloc(0))).toBe(false);
  });

  it.each(["a".repeat(40), `local-${"0".repeat(40)}`, `wandb_v1_${"aB-_9".repeat(16)}`])("may be %s", (key) => {
    expect(isPlausibleApiKey(key)).toBe(true);
  });

  it.each(["", "a".repeat(39), `${"a".repeat(40)} `, `${"a".repeat(40)}\n`, `é${"a".repeat(40)}`, "a".repeat(257)])("can't be %j", (key) => {
    expect(isPlausibleApiKey(key)).toBe(false);
  });
});
