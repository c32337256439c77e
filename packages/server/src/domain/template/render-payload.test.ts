import { payloadVariables } from "@bellhop/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { parsePayload } from "./parse-payload.ts";
import type { PayloadTemplate } from "./parse-payload.ts";
import { renderPayload } from "./render-payload.ts";
import type { RenderedPayload } from "./render-payload.ts";
import { fillSecrets, readSealed, showSealed } from "./sealed-text.ts";

const secrets = ["TOKEN", "ACCESS_TOKEN"];

const template = (payload: unknown): PayloadTemplate => {
  const parsed = parsePayload(JSON.stringify(payload), { secrets });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
};
const render = (payload: unknown, values: Record<string, unknown>): RenderedPayload => {
  const result = renderPayload(template(payload), new Map(Object.entries(values)));
  if (!result.ok) throw new Error(result.reason);
  return result.rendered;
};
const fill = (rendered: RenderedPayload, given: Record<string, string> = { TOKEN: "t0p-secret", ACCESS_TOKEN: "acc3ss" }): string => {
  const filled = fillSecrets(rendered, new Map(Object.entries(given)));
  if (!filled.ok) throw new Error(filled.reason);
  return filled.text;
};
const body = (payload: unknown, values: Record<string, unknown>): unknown => JSON.parse(fill(render(payload, values)));

const names = payloadVariables.filter((variable) => variable.kind === "event").map((variable) => variable.name);
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('"', '","x":"', "\\", "\\u0022", "${TOKEN}", "${alias}", "${=alias}", "$&", "$1", "$`", "\u0000", "\ud800", "\u2028", '{"secret":"TOKEN"}', "]", "}"),
);
const leaf = fc.array(fc.oneof(fc.constantFrom(...names).map((name) => `\${${name}}`), fc.constantFrom("${TOKEN}", "${ACCESS_TOKEN}", " ", '"', "\\", "$", "${", "}")), { maxLength: 5 }).map((parts) => parts.join(""))
  // Pieces put side by side may form a mark of their own; those are for the parser's tests.
  .filter((text) => parsePayload(JSON.stringify({ text }), { secrets }).ok);
const payloads = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.constantFrom(...names).map((name) => `\${=${name}}`), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie("value"), { maxLength: 4 }), tie("object")),
  object: fc.dictionary(fc.oneof(hostile, fc.constantFrom("${alias}", "__proto__")), tie("value"), { maxKeys: 4, noNullPrototype: true }),
})).object;

/** The rule said again, in the plainest way: one replacement over each leaf of the tree. */
function model(payload: unknown, values: Record<string, unknown>, given: Record<string, string>): unknown {
  if (typeof payload === "string") {
    const whole = /^\$\{=([^{}]*)\}$/.exec(payload)?.[1];
    if (whole !== undefined) return JSON.parse(JSON.stringify(values[whole] ?? null));
    return payload.replace(/\$\{([^{}]*)\}/g, (_, name: string) => {
      const value = given[name] ?? values[name] ?? "";
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    });
  }
  if (Array.isArray(payload)) return payload.map((item) => model(item, values, given));
  if (typeof payload !== "object" || payload === null) return Object.is(payload, -0) ? 0 : payload;
  return Object.fromEntries(Object.entries(payload).map(([key, item]) => [key, model(item, values, given)]));
}

describe("rendering a payload", () => {
  it("equals one replacement over the leaves: no value breaks out of its string, or is looked at again", () => {
    const given = { TOKEN: 's"ec\\ret${alias}', ACCESS_TOKEN: "${TOKEN}" };
    fc.assert(
      fc.property(payloads, fc.dictionary(fc.constantFrom(...names), fc.oneof(hostile, fc.jsonValue()), { noNullPrototype: true }), (payload, values) => {
        const text = fill(render(payload, values), given);
        // As text, and by our reader: the native one misreads keys with escapes.
        const read = parseTolerantJson(text);
        expect(JSON.stringify(read.ok && read.value)).toBe(JSON.stringify(model(payload, values, given)));
      }),
      { numRuns: 1000 },
    );
  });

  it("never resolves a secret that a value names, even after a stay in the database", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.constantFrom("${", "TOKEN", "}", "secret")), { minLength: 1 }).map((parts) => parts.join("")), (value) => {
        const rendered = render({ a: "${alias}", b: "${=alias}", c: "${artifact_metadata.x}" }, { alias: value, "artifact_metadata.x": { deep: [value] } });
        expect(rendered.secretNames).toEqual([]);
        const stored = readSealed(JSON.parse(JSON.stringify(rendered)));
        expect(stored).toEqual(rendered);
        expect(fill(rendered, { TOKEN: "t0p-secret" })).not.toContain("t0p-secret");
      }),
    );
  });

  it("keeps a variable's type when asked to, and null for none", () => {
    const values = { alias: "3", metric_values: [1, 2.5], artifact_version_index: 3, "artifact_metadata.cfg": { lr: 0.1 }, run_status: true };
    expect(body({ a: "${=alias}", b: "${=metric_values}", c: "${=artifact_version_index}", d: "${=artifact_metadata.cfg}", e: "${=run_status}", f: "${=tag}" }, values)).toEqual({
      a: "3", b: [1, 2.5], c: 3, d: { lr: 0.1 }, e: true, f: null,
    });
  });

  it("writes values within a text plainly: JSON for lists and objects, nothing for what does not apply", () => {
    const values = { metric_values: [1, "x"], "artifact_metadata.cfg": { lr: 0.1 }, run_status: false, artifact_version_index: 0, alias: null };
    expect(body({ a: "v${artifact_version_index}: ${metric_values} ${artifact_metadata.cfg} ${run_status} [${tag}${alias}]" }, values)).toEqual({ a: 'v0: [1,"x"] {"lr":0.1} false []' });
  });

  it("writes the compact JSON of the payload, keys untouched", () => {
    expect(fill(render({ b: 1, "${alias}": "x", a: [{}, [], null, "é\n"] }, { alias: "y" }))).toBe('{"b":1,"${alias}":"x","a":[{},[],null,"é\\n"]}');
    expect(fill(render({}, {}))).toBe("{}");
  });

  it("turns an access token that was not granted into nothing", () => {
    const parsed = parsePayload('{"a":"[${ACCESS_TOKEN}]"}', { secrets: [] });
    if (!parsed.ok) throw new Error("refused");
    const result = renderPayload(parsed.template, new Map([["ACCESS_TOKEN", "smuggled"]]));
    expect(result).toMatchObject({ ok: true, rendered: { segments: ['{"a":"[]"}'], secretNames: [] } });
  });

  it("shows where the secrets go, and fills them in as JSON", () => {
    const rendered = render({ auth: "Bearer ${TOKEN}", who: "${event_author}" }, { event_author: "ada" });
    expect(rendered.segments).toEqual(['{"auth":"Bearer ', { secret: "TOKEN" }, '","who":"ada"}']);
    expect(showSealed(rendered)).toBe('{"auth":"Bearer ${TOKEN}","who":"ada"}');
    expect(JSON.parse(fill(rendered, { TOKEN: 'a"b\\c' }))).toEqual({ auth: 'Bearer a"b\\c', who: "ada" });
  });

  it("refuses to fill a text whose secret is gone", () => {
    expect(fillSecrets(render({ a: "${TOKEN}" }, {}), new Map())).toEqual({ ok: false, reason: "secret_missing", names: ["TOKEN"] });
  });

  it("stops at 1 MiB, however much the values would multiply", () => {
    const many = template({ a: "${alias}".repeat(25_000) });
    expect(renderPayload(many, new Map([["alias", "x".repeat(1_000_000)]]))).toEqual({ ok: false, reason: "body_too_large" });
    const exact = 1_048_576 - '{"a":""}'.length;
    expect(renderPayload(template({ a: "${alias}" }), new Map([["alias", "x".repeat(exact)]])).ok).toBe(true);
    expect(renderPayload(template({ a: "${alias}" }), new Map([["alias", "x".repeat(exact + 1)]])).ok).toBe(false);
    const secretly = render({ a: "${TOKEN}".repeat(25_000) }, {});
    expect(fillSecrets(secretly, new Map([["TOKEN", "x".repeat(100_000)]]))).toEqual({ ok: false, reason: "body_too_large" });
  });
});

describe("reading a stored text back", () => {
  it("refuses what it did not write", () => {
    for (const json of [null, [], {}, { form: "json" }, { form: "xml", segments: [] }, { form: "json", segments: [1] }, { form: "json", segments: [{ secret: 1 }] }])
      expect(readSealed(json)).toBeUndefined();
  });
});
