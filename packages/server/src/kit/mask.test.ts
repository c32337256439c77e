import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMaskable, makeMask } from "./mask.ts";

const nasty = fc.constantFrom('"', "'", "\\", "/", "+", " ", "&", "<", ">", "%", "=", ":", "@", "~", "!", "*", "(", "\n", "é", "ß", "€", "𝄞", "\u2028", "\u007f");
const canaries = fc.string({ unit: fc.oneof(fc.constantFrom(..."abcXYZ0189-_."), nasty), minLength: 8, maxLength: 40 }).filter(isMaskable);

const python = (value: string): string => JSON.stringify(value).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const inner = (quoted: string): string => quoted.slice(1, -1);
const strictUrl = (value: string): string => encodeURIComponent(value).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const lowerHex = (url: string): string => url.replace(/%../g, (each) => each.toLowerCase());

const encodings: Record<string, (value: string) => string> = {
  plain: (value) => value,
  json: (value) => inner(JSON.stringify(value)),
  "json by Python": (value) => inner(python(value)),
  "json by PHP": (value) => inner(python(value)).replaceAll("/", "\\/"),
  "json by Go": (value) => inner(JSON.stringify(value)).replace(/[<>&\u2028]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "json in json": (value) => inner(JSON.stringify(inner(JSON.stringify(value)))),
  "json in a query": (value) => encodeURIComponent(inner(JSON.stringify(value))),
  "url component": encodeURIComponent,
  "url component, lower case": (value) => lowerHex(encodeURIComponent(value)),
  "strict url component": strictUrl,
  "strict url component, lower case": (value) => lowerHex(strictUrl(value)),
  "url in json": (value) => inner(JSON.stringify(encodeURIComponent(value))),
  form: (value) => new URLSearchParams({ a: value }).toString().slice(2),
  "form, lower case": (value) => lowerHex(new URLSearchParams({ a: value }).toString().slice(2)),
  "Python form": (value) => strictUrl(value).replaceAll("%20", "+"),
  hex: (value) => Buffer.from(value).toString("hex"),
  "hex, upper case": (value) => Buffer.from(value).toString("hex").toUpperCase(),
  html: (value) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
  "latin-1 reading": (value) => Buffer.from(value).toString("latin1"),
};

describe("a mask", () => {
  it.each(Object.entries(encodings))("leaves nothing of a secret in the form %s", (_, encode) => {
    fc.assert(
      fc.property(canaries, fc.boolean(), (canary, twice) => {
        const mask = makeMask([{ name: "CANARY", value: canary }]);
        const text = `#|${encode(canary)}|#${twice ? `${encode(canary)}|#` : ""}`;
        expect(mask(text)).toBe(`#|[secret CANARY]|#${twice ? "[secret CANARY]|#" : ""}`);
      }),
    );
  });

  it("masks a WHATWG URL that holds a secret as password, path or query", () => {
    fc.assert(
      fc.property(canaries, (canary) => {
        fc.pre(!/[\\?#/\n.%]/.test(canary));
        const mask = makeMask([{ name: "CANARY", value: canary }]);
        const url = new URL("https://user@host/");
        url.password = canary;
        expect(mask(url.href)).toBe("https://user:[secret CANARY]@host/");
        expect(mask(new URL(`https://host/!${canary}!/x`).href)).toBe("https://host/![secret CANARY]!/x");
        expect(mask(new URL(`https://host/?!${canary}!`).href)).toBe("https://host/?![secret CANARY]!");
      }),
    );
  });

  it("leaves no bit of a secret in base64 or base64url, padded or not, wherever it starts", () => {
    const alphabets = ["base64", "base64url"] as const;
    fc.assert(
      fc.property(canaries, fc.uint8Array({ maxLength: 7 }), fc.uint8Array({ maxLength: 7 }), fc.constantFrom(...alphabets), (canary, before, after, alphabet) => {
        const encoded = Buffer.concat([before, Buffer.from(canary), after]).toString(alphabet);
        const [left = "", ...rest] = makeMask([{ name: "CANARY", value: canary }])(encoded).split("[secret CANARY]");
        expect(rest).not.toHaveLength(0);
        const cleanLeft = Math.floor((8 * before.length) / 6);
        const cleanRight = Math.ceil((8 * (before.length + Buffer.from(canary).length)) / 6);
        expect(encoded.slice(0, cleanLeft).startsWith(left)).toBe(true);
        expect(encoded.slice(cleanRight).endsWith(rest.at(-1) ?? "")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("masks a basic authorization that a receiver echoes in JSON", () => {
    const echoed = JSON.stringify({ headers: { authorization: `Basic ${Buffer.from("bot:s3cr3t/token+9").toString("base64")}` } });
    expect(makeMask([{ name: "TOKEN", value: "s3cr3t/token+9" }])(echoed)).toBe('{"headers":{"authorization":"Basic Ym90O[secret TOKEN]"}}');
  });

  it("returns a text without a secret as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(makeMask([{ name: "CANARY", value: "never-in-there-0123456789" }])(text)).toBe(text);
        expect(makeMask([])(text)).toBe(text);
      }),
    );
  });
});

describe("a mask of several secrets", () => {
  it("names the longest where one is a part of the other", () => {
    const mask = makeMask([{ name: "SHORT", value: "abcdefgh" }, { name: "LONG", value: "abcdefghij" }]);
    expect(mask("abcdefghij abcdefgh")).toBe("[secret LONG] [secret SHORT]");
  });

  it("leaves no tail of one that begins inside another", () => {
    const mask = makeMask([{ name: "FIRST", value: "abcdefgh" }, { name: "SECOND", value: "efghijklmn" }]);
    expect(mask("<abcdefghijklmn>")).toBe("<[secret SECOND]>");
    expect(makeMask([{ name: "A", value: "abababab" }])("<ababababab>")).toBe("<[secret A]>");
  });

  it("never masks its own marks", () => {
    const mask = makeMask([{ name: "A", value: "[secret B]" }, { name: "B", value: "[secret A]" }, { name: "C", value: "secret A]" }]);
    expect(mask("[secret A] [secret B]")).toBe("[secret B] [secret A]");
  });

  it("masks all of them in one text", () => {
    fc.assert(
      fc.property(fc.uniqueArray(canaries, { minLength: 1, maxLength: 5 }), (values) => {
        const mask = makeMask(values.map((value, index) => ({ name: `S${index}`, value })));
        expect(mask(values.join("\0"))).toMatch(/^\[secret S\d\](\0\[secret S\d\])*$/);
      }),
    );
  });
});

describe("a masked body", () => {
  it("has every byte that belongs to no secret", () => {
    fc.assert(
      fc.property(canaries, fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (canary, before, after) => {
        const mask = makeMask([{ name: "CANARY", value: canary }]);
        const [left, right] = [Buffer.concat([before, Buffer.of(1)]), Buffer.concat([Buffer.of(1), after])];
        fc.pre(mask.bytes(left).equals(left) && mask.bytes(right).equals(right));
        expect(mask.bytes(Buffer.concat([left, Buffer.from(canary), right]))).toEqual(Buffer.concat([left, Buffer.from("[secret CANARY]"), right]));
      }),
    );
  });

  it("is masked in Latin-1 too", () => {
    expect(makeMask([{ name: "K", value: "clé-secrète" }]).bytes(Buffer.from("\xff clé-secrète \xff", "latin1"))).toEqual(Buffer.from("\xff [secret K] \xff", "latin1"));
  });

  it("is the very same Buffer when there is nothing to mask", () => {
    const body = Buffer.from([0, 255, 128]);
    expect(makeMask([{ name: "K", value: "12345678" }]).bytes(body)).toBe(body);
  });
});

describe("a text that is cut off", () => {
  it("keeps no part of a secret of three characters or more, in any form", () => {
    fc.assert(
      fc.property(canaries, fc.constantFrom(...Object.values(encodings)), fc.nat(), (canary, encode, position) => {
        const mask = makeMask([{ name: "CANARY", value: canary }]);
        const encoded = encode(canary);
        const kept = position % encoded.length;
        const result = mask(`#|${encoded.slice(0, kept)}`, { cutShort: true });
        if (kept >= 3) expect(result).toBe("#|[secret CANARY]");
        else expect(result.length).toBeLessThanOrEqual(4 + "[secret CANARY]".length);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps at most two bytes of a secret, and half a character hides nothing", () => {
    fc.assert(
      fc.property(canaries, fc.nat(), (canary, position) => {
        const mask = makeMask([{ name: "CANARY", value: canary }]);
        const body = Buffer.from(`#|${canary}`);
        const cut = body.subarray(0, 2 + (position % (body.length - 2)));
        expect(mask.bytes(cut, { cutShort: true }).length).toBeLessThanOrEqual("#|[secret CANARY]".length);
        expect(mask(cut.toString(), { cutShort: true })).toMatch(/^#\|(\[secret CANARY\]|..?)?\ufffd?$/su);
      }),
    );
  });

  it("is masked and cut to its limit, and a whole text is not taken for a cut one", () => {
    const mask = makeMask([{ name: "K", value: "0123456789" }]);
    expect(mask.truncated(`${"x".repeat(60)}0123456789`, 64)).toBe(`${"x".repeat(60)}[sec`);
    expect(mask.truncated(`0123456789${"x".repeat(100)}`, 64)).toMatch(/^\[secret K\]x{54}$/);
    expect(mask.truncated("ends in 01234", 64)).toBe("ends in 01234");
  });
});

describe("a value of fewer than eight characters", () => {
  it("is not maskable", () => {
    expect(["", "1234567", "𝄞𝄞𝄞𝄞𝄞𝄞𝄞"].some(isMaskable)).toBe(false);
    expect(["12345678", "𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞"].every(isMaskable)).toBe(true);
  });

  it("makes no mask, and the error does not show it", () => {
    expect(() => makeMask([{ name: "K", value: "s3cr3t" }])).toThrow(new RangeError("secret K is too short to be masked"));
  });
});
