import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signLink, verifyLink, type Link } from "./signed-link.ts";

const key = createSecretKey(randomBytes(32));
const expiresAt = new Date("2030-01-01T00:00:00.000Z");
const before = new Date(expiresAt.getTime() - 1);
const link = { method: "PUT", path: "/storage/a/b", expiresAt, claims: { md5: "q83v+/=", max_bytes: "10", name: "mödel & co.pt" } } as const satisfies Link;
const query = signLink(link, key);
const present = (changes: Partial<Parameters<typeof verifyLink>[0]>, with_ = key): ReturnType<typeof verifyLink> =>
  verifyLink({ method: link.method, path: link.path, query, now: before, ...changes }, with_);

describe("a signed link", () => {
  it("is good for its method and path until it expires, and gives its claims back", () => {
    expect(present({})).toEqual({ ok: true, expiresAt, claims: link.claims });
  });

  it("needs no claims, and may be presented with its parameters in another order", () => {
    const plain = signLink({ method: "GET", path: "/x", expiresAt }, key);
    expect(verifyLink({ method: "GET", path: "/x", query: plain, now: before }, key)).toEqual({ ok: true, expiresAt, claims: {} });
    expect(present({ query: query.split("&").reverse().join("&") })).toMatchObject({ ok: true });
  });

  it("expires at its time, not later", () => {
    expect(present({ now: expiresAt })).toEqual({ ok: false, reason: "expired" });
  });

  it("is refused for another method, path, key, and says so before it says that it expired", () => {
    const refused = { ok: false, reason: "bad_signature" };
    expect(present({ method: "GET" })).toEqual(refused);
    expect(present({ path: "/storage/a/c" })).toEqual(refused);
    expect(present({}, createSecretKey(randomBytes(32)))).toEqual(refused);
    expect(present({ method: "GET", now: expiresAt })).toEqual(refused);
  });

  it("is refused when a claim is changed, added, removed or renamed, or the expiry moved", () => {
    for (const [from, to] of [["max_bytes=10", "max_bytes=11"], ["claim.max_bytes=10&", ""], ["claim.max_bytes", "claim.max_byte"], ["&claim.md5", "&claim.x=1&claim.md5"], [String(expiresAt.getTime()), String(expiresAt.getTime() + 1)]] as const) {
      expect(query).toContain(from);
      expect(present({ query: query.replace(from, to) }), `${from} -> ${to}`).toEqual({ ok: false, reason: "bad_signature" });
    }
  });

  it.each([
    ["nothing", () => ""],
    ["no signature", () => query.replace(/&signature=.*$/, "")],
    ["a short signature", () => query.slice(0, -1)],
    ["a parameter twice", () => `${query}&claim.name=x`],
    ["a parameter that is not signed", () => `${query}&download=1`],
    ["an expiry that is no time", () => query.replace(/expires=\d+/, "expires=9999999999999999")],
    ["an expiry in another spelling", () => query.replace("expires=", "expires=%2B")],
    ["a claim without a name", () => `${query}&claim.=1`],
    ["a claim named __proto__", () => `${query}&claim.__proto__=1`],
    ["more than any link has", () => `${query}&claim.x=${"x".repeat(9000)}`],
  ])("with %s is malformed", (_, broken) => {
    expect(present({ query: broken() })).toEqual({ ok: false, reason: "malformed" });
  });

  it("carries any claim through a URL", () => {
    const claims = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,31}$/), fc.string({ unit: "binary", maxLength: 40 }), { maxKeys: 5 });
    fc.assert(
      fc.property(claims, fc.webPath(), (given, path) => {
        const url = new URL(`http://host/x?${signLink({ method: "GET", path, expiresAt, claims: given }, key)}`);
        expect(verifyLink({ method: "GET", path, query: url.search.slice(1), now: before }, key)).toEqual({ ok: true, expiresAt, claims: { ...given } });
      }),
    );
  });

  it("survives no change of a single character", () => {
    fc.assert(
      fc.property(fc.nat(query.length - 1), fc.constantFrom("0", "x", "&", "=", "%", "A"), (at, replacement) => {
        const changed = query.slice(0, at) + replacement + query.slice(at + 1);
        fc.pre(new URLSearchParams(changed).toString() !== query);
        // The last of 43 base64 characters has two bits that mean nothing.
        fc.pre(at !== query.length - 1);
        expect(present({ query: changed }).ok).toBe(false);
      }),
    );
  });

  it("is not made with a claim that can't be carried", () => {
    expect(() => signLink({ ...link, claims: { "Bad-Name": "x" } }, key)).toThrow(RangeError);
    expect(() => signLink({ ...link, expiresAt: new Date(Number.NaN) }, key)).toThrow(RangeError);
  });
});
