import { describe, expect, it } from "vitest";
import { compileExpression } from "./regular-expression.ts";

const compiled = (source: string): { test(text: string): boolean } => {
  const result = compileExpression(source);
  if (!result.ok) throw new Error(result.message);
  return result.expression;
};

describe("compiled regular expressions", () => {
  it("are compiled once while they are in use, and forgotten when 256 others were used since", () => {
    const kept = compiled("^kept$");
    const dropped = compiled("^dropped$");
    for (let other = 0; other < 300; other++) {
      compiled(`^other-${other}$`);
      expect(compiled("^kept$")).toBe(kept);
    }
    expect(compiled("^dropped$")).not.toBe(dropped);
  });

  it("answer on texts that stall a backtracking engine", () => {
    expect(compiled("^(a+)+$").test(`${"a".repeat(50_000)}b`)).toBe(false);
    expect(compiled("(x+x+)+y").test("x".repeat(50_000))).toBe(false);
  });
});
