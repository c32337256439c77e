import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillHeaderValue, parseHeaderValue } from "./header-value.ts";
import type { HeaderTemplate } from "./header-value.ts";
import { showSealed } from "./sealed-text.ts";

const parse = (text: string): HeaderTemplate => {
  const parsed = parseHeaderValue(text, { secrets: ["TOKEN"] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
};

describe("a header's value", () => {
  it("may hold secrets, which are filled in as they are", () => {
    const template = parse('Token "${TOKEN}"');
    expect(showSealed(template)).toBe('Token "${TOKEN}"');
    expect(fillHeaderValue(template, new Map([["TOKEN", 'a"b']]))).toEqual({ ok: true, text: 'Token "a"b"' });
    expect(fillHeaderValue(template, new Map())).toEqual({ ok: false, reason: "secret_missing", names: ["TOKEN"] });
  });

  it("is refused with a line break, foreign characters, spaces at the ends, variables, or unknown names", () => {
    for (const text of ["a\r\nb", "a\n", "ä", " a", "a ", "\u0000", "${alias}", "${=alias}", "${TOKN}", "x".repeat(8193)])
      expect(parseHeaderValue(text, { secrets: ["TOKEN"] }).ok).toBe(false);
  });

  it("never leaves with a character that could start another header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (secret) => {
        const filled = fillHeaderValue(parse("Bearer ${TOKEN}"), new Map([["TOKEN", secret]]));
        expect(filled).toEqual(/^[\x20-\x7e]*[\x21-\x7e]$/.test(secret) ? { ok: true, text: `Bearer ${secret}` } : { ok: false, reason: "header_not_allowed" });
      }),
    );
    expect(fillHeaderValue(parse("${TOKEN}"), new Map([["TOKEN", "x".repeat(9000)]]))).toEqual({ ok: false, reason: "header_not_allowed" });
  });
});
