import { describe, expect, it } from "vitest";
import { parseTextTemplate, renderText } from "./text-template.ts";

describe("a text with variables", () => {
  it("is filled in one pass", () => {
    const parsed = parseTextTemplate('"${alias}" of ${artifact_metadata.name} costs $5');
    if (!parsed.ok) throw new Error("refused");
    expect([...parsed.variables]).toEqual(["alias", "artifact_metadata.name"]);
    expect(renderText(parsed.template, new Map([["alias", "${tag}$&"], ["tag", "no"]]))).toEqual({ ok: true, text: '"${tag}$&" of  costs $5' });
  });

  it("is refused for unknown names and secrets, and when it is larger than 64 KiB", () => {
    expect(parseTextTemplate("${TOKEN}").ok).toBe(false);
    expect(parseTextTemplate("x ${=alias}").ok).toBe(false);
    expect(parseTextTemplate("ä".repeat(32_769)).ok).toBe(false);
  });
});
