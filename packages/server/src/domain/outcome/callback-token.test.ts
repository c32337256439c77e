import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hideCallbackTokens, hideTokenOf, makeCallbackToken, readCallbackToken } from "./callback-token.ts";

const [key, other] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];

describe("a callback's token", () => {
  test("gives back its execution with any of the keys, and nothing with another", () => {
    fc.assert(fc.property(fc.uuid(), (id) => {
      const token = makeCallbackToken(id, key);
      expect(readCallbackToken(token, [other, key])).toBe(id);
      expect(readCallbackToken(token, [other])).toBeNull();
      expect(token).toMatch(/^[\w-]{64}$/);
      expect(makeCallbackToken(id, key)).toBe(token);
    }));
  });

  test("with any bit changed is none", () => {
    const bytes = Buffer.from(makeCallbackToken(randomUUID(), key), "base64url");
    fc.assert(fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readCallbackToken(changed.toString("base64url"), [key])).toBeNull();
    }));
  });

  test("is no other text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 90 })), (text) => {
      expect(readCallbackToken(text, [key])).toBeNull();
    }));
  });

  test("is hidden in texts, however its address is written", () => {
    const token = makeCallbackToken(randomUUID(), key);
    const url = `https://bellhop.example.com/callbacks/${token}`;
    for (const text of [url, JSON.stringify({ deep: JSON.stringify({ url }) }), encodeURIComponent(url), url.replaceAll("/", "\\/"), `${url}?x=1 and ${url}`]) {
      expect(hideCallbackTokens(text)).not.toContain(token);
      expect(hideCallbackTokens(text)).toContain("[callback token]");
    }
    expect(hideCallbackTokens(`a ${token} elsewhere`)).toContain(token);
  });

  test("is hidden where its address is gone too, in whole and cut short, for its own execution", () => {
    fc.assert(fc.property(fc.uuid(), fc.integer({ min: 22, max: 64 }), (id, kept) => {
      const token = makeCallbackToken(id, key);
      expect(hideTokenOf(id, `it is ${token.slice(0, kept)}, encoded %2F${encodeURIComponent(token)}`)).toBe("it is [callback token], encoded %2F[callback token]");
      expect(hideTokenOf(randomUUID(), `it is ${token}`)).toBe(`it is ${token}`);
      expect(hideTokenOf(randomUUID(), `https://bellhop.example.com/callbacks/${token}`)).toBe("https://bellhop.example.com/callbacks/[callback token]");
    }));
  });
});
