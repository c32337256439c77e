import { describe, expect, it } from "vitest";
import type { Problem } from "../filter/problem.ts";
import { parsePayload } from "./parse-payload.ts";

const problems = (payload: unknown, secrets: readonly string[] = []): readonly Problem[] => {
  const parsed = parsePayload(typeof payload === "string" ? payload : JSON.stringify(payload), { secrets });
  return parsed.ok ? [] : parsed.problems;
};

describe("a payload", () => {
  it("tells which variables and which granted secrets it uses", () => {
    const parsed = parsePayload(JSON.stringify({ a: "${alias} ${=tag}".slice(0, 8), b: ["${=artifact_metadata.lr}", "x${TOKEN}y${TOKEN}"] }), { secrets: ["TOKEN", "OTHER"] });
    expect(parsed).toMatchObject({ ok: true, variables: new Set(["alias", "artifact_metadata.lr"]), secrets: new Set(["TOKEN"]) });
  });

  it("must be a JSON object of at most 256 KiB and 64 levels", () => {
    for (const text of ["", "[]", '"x"', "null", "{", '{"a":1}}']) expect(problems(text)).toHaveLength(1);
    expect(problems({ a: "ä".repeat(131_000) })).toEqual([]);
    expect(problems({ a: "ä".repeat(131_073) })[0]?.message).toContain("262144 bytes");
    expect(problems('{"a":'.repeat(64) + "1" + "}".repeat(64))).toEqual([]);
    expect(problems('{"a":'.repeat(65) + "1" + "}".repeat(65))[0]?.message).toContain("64 levels");
  });

  it("may hold no number that JSON cannot carry", () => {
    expect(problems('{"a":[1,NaN]}')).toEqual([{ path: "a[1]", message: "not a number that JSON can hold" }]);
    expect(problems('{"a":1e999}')).toHaveLength(1);
  });

  it("is refused for an unknown variable, with the place and the nearest name", () => {
    expect(problems({ list: [{}, { "the text": "to ${alais}" }] })).toEqual([{ path: 'list[1]["the text"]', message: 'unknown variable "alais"; did you mean "alias"?' }]);
    expect(problems({ a: "${artifact_metdata.lr}" })[0]?.message).toContain('"artifact_metadata.lr"');
    expect(problems({ a: "${DEPLOY_TOKN}" }, ["DEPLOY_TOKEN"])[0]?.message).toContain('"DEPLOY_TOKEN"');
    for (const name of ["", " alias", "__proto__", "constructor", "artifact_metadata."]) expect(problems({ a: `\${${name}}` })).toHaveLength(1);
  });

  it("is refused for a secret that was not granted, but not for an access token", () => {
    expect(problems({ a: "${TOKEN}" })).toHaveLength(1);
    expect(problems({ a: "${ACCESS_TOKEN}" })).toEqual([]);
  });

  it("takes a typed variable only as a whole string", () => {
    expect(problems({ a: "${=alias}" })).toEqual([]);
    expect(problems({ a: "x ${=alias}" })[0]?.message).toContain("must be the whole string");
    expect(problems({ a: "${=alias}${=tag}" })).toHaveLength(2);
  });

  it("leaves alone what is no variable", () => {
    expect(problems({ a: "$alias ${alias $$ {alias} ${{ github.ref }} $", "${nope}": 1 })).toEqual([]);
  });

  it("names 20 problems at most", () => {
    expect(problems({ a: "${x}".repeat(50_000) })).toHaveLength(20);
    expect(problems({ a: Array.from({ length: 1000 }, () => "${x}${y}") })).toHaveLength(20);
  });
});
