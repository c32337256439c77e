import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTolerantJson, stringifyTolerant } from "./json-tolerant.ts";

const read = (text: string): unknown => {
  const result = parseTolerantJson(text);
  if (!result.ok) throw new Error(`${result.message} at ${result.offset}`);
  return result.value;
};

const refusal = (text: string): { message: string; offset: number } => {
  const result = parseTolerantJson(text);
  if (result.ok) throw new Error("was read");
  return { message: result.message, offset: result.offset };
};

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e308, -5e-324));
const anyKey = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "prototype", "toJSON", "NaN", "1", ""));
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, anyNumber, fc.string({ unit: "binary" }), fc.boolean(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 5 }),
  object: fc.array(fc.tuple(anyKey, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
})).value;

describe("tolerant JSON", () => {
  it("reads the bare tokens wherever a number may stand", () => {
    expect(read(' {"a": NaN, "b": [Infinity , -Infinity], "c": -0} ')).toEqual({ a: NaN, b: [Infinity, -Infinity], c: -0 });
    expect(read("NaN")).toBeNaN();
  });

  it("leaves the tokens alone inside strings and keys", () => {
    expect(read('{"NaN":"-Infinity","x":"a\\"NaN","y":"\\\\","z":NaN}')).toEqual({ NaN: "-Infinity", x: 'a"NaN', y: "\\", z: NaN });
  });

  it("gives back every value that it wrote", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const back = read(stringifyTolerant(value));
        expect(isDeepStrictEqual(back, value)).toBe(true);
        expect(stringifyTolerant(back)).toBe(stringifyTolerant(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with the native parser on every text without the tokens, and on whether there is an error", () => {
    const nearly = fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "}", "]", "\\", "0", "-", "\u0001", "nul")).map(([json, at, wedge]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + wedge + json.slice(place);
    });
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearly, fc.string()), (text) => {
        // The native parser misreads keys with escapes: no yardstick for those.
        fc.pre(!/\\[^]*:/.test(text));
        let native: unknown;
        let nativeOk = true;
        try {
          native = JSON.parse(text);
        } catch {
          nativeOk = false;
        }
        // Through an array that holds a token, so that our own reader is asked.
        const ours = parseTolerantJson(`[NaN,${text}]`);
        const plain = parseTolerantJson(text);
        if (nativeOk) {
          expect(plain).toEqual({ ok: true, value: native });
          expect(ours).toEqual({ ok: true, value: [NaN, native] });
        } else {
          expect(plain.ok).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("reads a key with an escape as it is written, where the native parser takes it for one seen before", () => {
    for (const [before, text] of [["\\\\", '\\"'], ["x\\\\", 'x\\"'], ["y\\\\", "y\\u0022"], ["z\\\\", "z\\n"]] as const) {
      for (let times = 0; times < 3; times++) JSON.parse(`{"first":1,"${before}":1}`);
      expect(stringifyTolerant(read(`{"first":1,"${text}" : 1}`))).toBe(`{"first":1,"${text.replace("\\u0022", '\\"')}":1}`);
    }
  });

  it("keeps __proto__ as data, in both readers", () => {
    for (const text of ['{"__proto__":{"polluted":1},"constructor":2}', '{"__proto__":{"polluted":1},"constructor":2,"n":NaN}']) {
      const value = read(text) as Record<string, unknown>;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.hasOwn(value, "__proto__")).toBe(true);
      expect(value["polluted"]).toBeUndefined();
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("accepts 64 levels and refuses 65, however deep the text goes", () => {
    expect(read("[".repeat(64) + "]".repeat(64))).toBeDefined();
    expect(refusal("[".repeat(65) + "]".repeat(65)).offset).toBe(64);
    expect(refusal('{"a":'.repeat(1_000_000)).message).toContain("64 levels");
    expect(refusal("[NaN,".repeat(1_000_000)).message).toContain("64 levels");
  });

  it("accepts 10,000 keys in an object and refuses one more", () => {
    const object = (keys: number): string => `{${Array.from({ length: keys }, (_, key) => `"${key}":1`).join(",")}}`;
    expect(Object.keys(read(object(10_000)) as object)).toHaveLength(10_000);
    expect(refusal(`[${object(10_001)}]`)).toEqual({ message: "an object with more than 10000 keys", offset: 1 });
  });

  it("says where the error is", () => {
    expect(refusal('{"a":1,}').offset).toBe(7);
    expect(refusal('{"a" 1}').offset).toBe(5);
    expect(refusal("[1 2]").offset).toBe(3);
    expect(refusal("").message).toBe("the text ends too early");
    expect(refusal('["\\x"]').offset).toBe(1);
    expect(refusal("1 2").message).toBe("text after the end of the value");
    for (const text of ["-NaN", "+Infinity", "nan", "01", "1.", ".5", "NaNN", "Infinit", "'a'", "[NaN", '{"a":NaN,"a'])
      expect(parseTolerantJson(text).ok).toBe(false);
  });
});
