import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SignatureEncoding } from "../webhook.ts";
import { checkSignature, checkTimestamp } from "./check-signature.ts";
import type { SignatureMistakeCode } from "./mistakes.ts";
import { signatureMistakes } from "./mistakes.ts";
import { checkPresented } from "./presented.ts";
import type { SignatureKind } from "./read-signature.ts";
import { signatures, signingKey, standardKeyBytes } from "./sign.ts";
import type { Evidence } from "./variants.ts";

const secret = `whsec_${Buffer.from("ff00a1b2c3d4e5f60718293a4b5c6d7e8f90ff00a1b2c3d4", "hex").toString("base64")}`;
const sent = '{"model":"Größe/1","lr":1.0,"tags":["a","b"],"note":"line\\nbreak"}';
const [id, timestamp] = ["msg_01890a5d-ac96-774b-bcce-b302099a8057", "1700000000"];
const evidence: Evidence = { body: Buffer.from(sent), delivered: null, id, timestamp, secret, previous: ["the-secret-of-before"], others: [{ name: "DEPLOY_TOKEN", value: "the-deploy-token" }] };

const mac = (key: string | Buffer, ...parts: (string | Buffer)[]): Buffer => parts.reduce((hmac, part) => hmac.update(part), createHmac("sha256", key)).digest();
const base64 = (...given: Parameters<typeof mac>): string => mac(...given).toString("base64");
const hex = (...given: Parameters<typeof mac>): string => mac(...given).toString("hex");
const v1 = (...given: Parameters<typeof mac>): string => `v1,${base64(...given)}`;
const standard = standardKeyBytes(secret);
const head = `${id}.${timestamp}.`;

const codes = (kind: SignatureKind, text: string, given: Partial<Evidence & { encoding: SignatureEncoding }> = {}): SignatureMistakeCode[] =>
  checkSignature(kind, text, { ...evidence, encoding: "base64", ...given }).map(({ code }) => code);

describe("what is signed as it should be has no mistake", () => {
  test.each<SignatureEncoding>(["base64", "hex", "sha256=hex"])("in the form %s", (encoding) => {
    const headers = signatures([signingKey(secret)], { id, timestamp: Number(timestamp), body: Buffer.from(sent), encoding });
    expect(codes("wandb", headers["x-wandb-signature"] ?? "", { encoding })).toEqual([]);
    expect(codes("standard", headers["webhook-signature"] ?? "", { encoding })).toEqual([]);
  });
});

type Case = [what: string, kind: SignatureKind, text: string, expected: SignatureMistakeCode[], given?: Partial<Evidence & { encoding: SignatureEncoding }>];

const cases: Case[] = [
  ["hex for base64", "wandb", hex(secret, sent), ["hex_for_base64"]],
  ["hex for base64, Standard Webhooks", "standard", `v1,${hex(standard, head, sent)}`, ["hex_for_base64"]],
  ["base64 for hex", "wandb", base64(secret, sent), ["base64_for_hex"], { encoding: "hex" }],
  ["base64 for sha256=hex", "wandb", `sha256=${base64(secret, sent)}`, ["base64_for_hex"], { encoding: "sha256=hex" }],
  ["base64 of the hex letters", "wandb", Buffer.from(hex(secret, sent)).toString("base64"), ["base64_of_hex"]],
  ["the base64 of URLs", "wandb", base64(secret, "20").replaceAll("+", "-").replaceAll("/", "_"), ["base64_url_alphabet"], { body: Buffer.from("20") }],
  ["base64 without padding", "wandb", base64(secret, sent).replace("=", ""), ["base64_padding_missing"]],
  ["upper-case hex", "wandb", hex(secret, sent).toUpperCase(), ["hex_upper_case"], { encoding: "hex" }],
  ["no sha256=", "wandb", hex(secret, sent), ["prefix_missing"], { encoding: "sha256=hex" }],
  ["sha256= twice", "wandb", `sha256=sha256=${hex(secret, sent)}`, ["prefix_doubled"], { encoding: "sha256=hex" }],
  ["sha256= where hex is expected", "wandb", `sha256=${hex(secret, sent)}`, ["prefix_unexpected"], { encoding: "hex" }],
  ["sha256= and hex where base64 is expected", "wandb", `sha256=${hex(secret, sent)}`, ["prefix_unexpected", "hex_for_base64"]],
  ["no v1,", "standard", base64(standard, head, sent), ["version_missing"]],
  ["v1, in X-Wandb-Signature", "wandb", `v1,${base64(secret, sent)}`, ["version_unexpected"]],
  ["a line break behind the signature", "wandb", `${base64(secret, sent)}\n`, ["signature_whitespace"]],
  ["no signature at all", "wandb", "Bearer abc", ["signature_unreadable"]],

  ["the secret of before the rotation", "wandb", base64("the-secret-of-before", sent), ["previous_secret"]],
  ["another secret of the webhook", "wandb", base64("the-deploy-token", sent), ["other_secret"]],
  ["whsec_ not decoded", "standard", v1(secret, head, sent), ["secret_not_decoded"]],
  ["whsec_ cut off, and not decoded", "standard", v1(secret.slice(6), head, sent), ["secret_prefix_cut"]],
  ["whsec_ cut off for X-Wandb-Signature", "wandb", base64(secret.slice(6), sent), ["secret_prefix_cut"]],
  ["whsec_ decoded for X-Wandb-Signature", "wandb", base64(standard, sent), ["secret_decoded"]],
  ["a line break behind the secret", "wandb", base64(`${secret}\n`, sent), ["secret_newline"]],
  ["a foreign secret", "wandb", base64("quite another secret", sent), ["no_match"]],
  ["a foreign secret, with the body as delivered", "wandb", base64("quite another secret", sent), ["wrong_secret"], { delivered: Buffer.from(sent) }],

  ["only the body signed", "standard", v1(standard, sent), ["id_and_timestamp_missing"]],
  ["the id left out", "standard", v1(standard, `${timestamp}.`, sent), ["id_missing"]],
  ["the timestamp left out", "standard", v1(standard, `${id}.`, sent), ["timestamp_missing"]],
  ["id and timestamp signed for X-Wandb-Signature", "wandb", base64(secret, head, sent), ["id_and_timestamp_signed"]],
  ["id and timestamp not at hand", "standard", v1(standard, head, sent), ["headers_missing"], { id: null, timestamp: null }],

  ["JSON written again by Python", "wandb", base64(secret, sent), ["json_reserialised"], { body: Buffer.from('{"model": "Gr\\u00f6\\u00dfe/1", "lr": 1.0, "tags": ["a", "b"], "note": "line\\nbreak"}') }],
  ["JSON written again with indents", "wandb", base64(secret, sent), ["json_reserialised"], { body: Buffer.from('{\n  "model": "Größe\\/1",\n  "lr": 1.0,\n  "tags": [\n    "a",\n    "b"\n  ],\n  "note": "line\\nbreak"\n}') }],
  ["a signature over what Python wrote again", "wandb", base64(secret, '{"model": "Gr\\u00f6\\u00dfe/1", "lr": 1.0, "tags": ["a", "b"], "note": "line\\nbreak"}'), ["json_reserialised"]],
  ["JSON with its keys in another order, seen from the delivery", "standard", v1(standard, head, sent), ["json_reserialised"], { delivered: Buffer.from(sent), body: Buffer.from('{"lr":1.0,"model":"Größe/1","note":"line\\nbreak","tags":["a","b"]}') }],
  ["JSON with its numbers written otherwise, seen from the delivery", "wandb", base64(secret, sent), ["json_reserialised"], { delivered: Buffer.from(sent), body: Buffer.from(sent.replace("1.0", "1")) }],
  ["a line break behind the body", "wandb", base64(secret, sent), ["trailing_newline_added"], { body: Buffer.from(`${sent}\n`) }],
  ["the same, seen from the delivery", "wandb", base64(secret, sent), ["trailing_newline_added"], { delivered: Buffer.from(sent), body: Buffer.from(`${sent}\r\n`) }],
  ["echo without -n", "wandb", base64(secret, `${sent}\n`), ["trailing_newline_missing"]],
  ["CR LF", "wandb", base64(secret, "{\n}"), ["crlf_for_lf"], { body: Buffer.from("{\r\n}") }],
  ["LF for CR LF", "wandb", base64(secret, "{\r\n}"), ["lf_for_crlf"], { body: Buffer.from("{\n}") }],
  ["a byte order mark", "wandb", base64(secret, sent), ["byte_order_mark"], { body: Buffer.from(`\ufeff${sent}`) }],
  ["UTF-8 read as Latin-1", "wandb", base64(secret, sent), ["wrong_charset"], { body: Buffer.from(Buffer.from(sent).toString("latin1")) }],
  ["a body in Latin-1", "wandb", base64(secret, Buffer.from(sent, "latin1")), ["wrong_charset"]],
  ["UTF-16", "wandb", base64(secret, Buffer.from(sent, "utf16le")), ["wrong_charset"]],
  ["replacement characters, seen from the delivery", "wandb", base64(secret, sent), ["wrong_charset"], { delivered: Buffer.from(sent), body: Buffer.from(sent.replace("ö", "\ufffd").replace("ß", "?")) }],
  ["half a body, seen from the delivery", "wandb", base64(secret, sent), ["body_cut_short"], { delivered: Buffer.from(sent), body: Buffer.from(sent.slice(0, 20)) }],
  ["another value, seen from the delivery", "wandb", base64(secret, sent), ["body_changed"], { delivered: Buffer.from(sent), body: Buffer.from(sent.replace("1.0", "2.0")) }],
  ["another value, without a delivery to compare with", "wandb", base64(secret, sent), ["no_match"], { body: Buffer.from(sent.replace("1.0", "2.0")) }],

  ["two mistakes at once", "standard", v1(secret, sent), ["id_and_timestamp_missing", "secret_not_decoded"]],
  ["two other mistakes at once", "wandb", hex(`${secret}\n`, `${sent}\n`), ["hex_for_base64", "trailing_newline_missing", "secret_newline"]],
];

describe("each mistake has its name", () => {
  test.each(cases.map((one) => ({ one, what: one[0] })))("$what", ({ one: [, kind, text, expected, given = {}] }) => {
    expect(codes(kind, text, given).sort()).toEqual([...expected].sort());
  });

  test.each<[string, string, string[]]>([
    ["a clock that is right", "1700000000", []],
    ["a delivery of five minutes ago", "1699999700", []],
    ["an old delivery", "1699999000", ["timestamp_too_old"]],
    ["one from the future", "1700000301", ["timestamp_in_future"]],
    ["milliseconds", "1700000000000", ["timestamp_unreadable"]],
    ["a date", "2023-11-14T22:13:20Z", ["timestamp_unreadable"]],
  ])("the time: %s", (_what, header, expected) => {
    expect(checkTimestamp(header, new Date(1_700_000_000_000)).map(({ code }) => code)).toEqual(expected);
  });

  test("every mistake of the list is tried here, or in the time, but for a missing signature", () => {
    const tried = new Set([...cases.flatMap(([, , , expected]) => expected), "timestamp_too_old", "timestamp_in_future", "timestamp_unreadable", "signature_missing"]);
    expect([...tried].sort()).toEqual(Object.keys(signatureMistakes).sort());
  });
});

test("what differs in a body that was written again is said, and never what stands there", () => {
  const told = (body: string): string => JSON.stringify(checkSignature("wandb", base64(secret, sent), { ...evidence, encoding: "base64", delivered: Buffer.from(sent), body: Buffer.from(body) }));
  expect(told('{"lr":1.0,"model":"Größe/1","note":"line\\nbreak","tags":["a","b"]}')).toContain("the order of keys");
  expect(told(sent.replace("1.0", "1"))).toContain("the way numbers are written, first at byte");
  expect(told(sent.replace("Größe", "SECRET-CANARY"))).not.toMatch(/CANARY|Gr/);
});

describe("the headers of a request", () => {
  const at = new Date(1_700_000_000_000);
  const check = (headers: Record<string, string>, given: Partial<Evidence> = {}): [string, string[]][] =>
    checkPresented({ headers: new Map(Object.entries(headers)), signature: null, at, encoding: "base64" }, { ...evidence, ...given }).map(({ header, mistakes }) => [header, mistakes.map(({ code }) => code)]);
  const during = signatures(["a new one, long enough", secret].map(signingKey), { id, timestamp: Number(timestamp), body: Buffer.from(sent), encoding: "base64" });

  test("of a rotation verify with the old secret in its header, with either in the one that lists both", () => {
    expect(check(during, { secret: "a new one, long enough", previous: [secret] })).toEqual([["x-wandb-signature", []], ["x-wandb-signature-previous", []], ["webhook-signature", []]]);
  });

  test("are all judged, each by its own mistakes", () => {
    expect(check({ "x-wandb-signature": hex(secret, sent), "webhook-signature": `v1a,ignored ${v1(standard, head, sent)}` })).toEqual([["x-wandb-signature", ["hex_for_base64"]], ["webhook-signature", []]]);
  });

  test("without any signature say so", () => {
    expect(check({ "content-type": "application/json" })).toEqual([["", ["signature_missing"]]]);
  });

  test("are not what a signature given by itself needs: it is taken for what explains it better", () => {
    const bare = (signature: string): string[] => checkPresented({ headers: new Map(), signature, at, encoding: "base64" }, evidence).flatMap(({ mistakes }) => mistakes.map(({ code }) => code));
    expect(bare(base64(secret, sent))).toEqual([]);
    expect(bare(v1(standard, head, sent))).toEqual([]);
    expect(bare(base64(standard, head, sent))).toEqual(["version_missing"]);
  });
});

test("a body of a megabyte, or one nested a hundred thousand deep, is judged too", () => {
  const large = Buffer.from(JSON.stringify({ text: "x".repeat(1_000_000) }));
  expect(codes("wandb", base64(secret, large), { body: Buffer.concat([large, Buffer.from("\n")]) })).toEqual(["trailing_newline_added"]);
  const deep = Buffer.from("[".repeat(100_000) + "]".repeat(100_000));
  expect(codes("wandb", base64("other", deep), { body: deep, delivered: Buffer.concat([deep, Buffer.from(" ")]) })).toEqual(["no_match"]);
});
