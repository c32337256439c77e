import { isRecord } from "./cast.ts";
import { parseStrictJson } from "./json-strict.ts";

/**
 * JSON as wandb-core writes it: bare `NaN`, `Infinity` and `-Infinity` may stand wherever a number may.
 * The native parser does the work wherever it can. Ours reads texts with such tokens, finds the place of an error, and
 * reads keys with escapes, which V8 takes for others once it has seen a key like `"\\"` (nodejs/node issue 63785).
 */
export type JsonLimits = {
  /** Containers within each other. */
  maxDepth: number;
  /** Keys of one object. */
  maxKeys: number;
};

export type TolerantJson = { ok: true; value: unknown } | { ok: false; message: string; /** In UTF-16 units. */ offset: number };

const defaultLimits: JsonLimits = { maxDepth: 64, maxKeys: 10_000 };

class JsonProblem extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Reads a text. Keys such as `__proto__` become plain own properties; of a key given twice the last value stays. */
export function parseTolerantJson(text: string, limits: JsonLimits = defaultLimits): TolerantJson {
  const scan = scanJson(text, limits.maxDepth);
  if (scan.tooDeepAt >= 0) return { ok: false, message: `nested more than ${limits.maxDepth} levels deep`, offset: scan.tooDeepAt };
  // With so few colons in all no object has too many keys.
  if (scan.suitsNative && scan.colons <= limits.maxKeys) {
    const native = parseStrictJson(text);
    if (native.ok) return native;
  }
  return parseSlowly(text, limits);
}

function parseSlowly(text: string, limits: JsonLimits): TolerantJson {
  try {
    return { ok: true, value: new Reader(text, limits).document() };
  } catch (error) {
    if (error instanceof JsonProblem) return { ok: false, message: error.message, offset: error.offset };
    throw error;
  }
}

const quote = 0x22;
const backslash = 0x5c;

type Scan = { suitsNative: boolean; /** Outside strings. */ colons: number; /** -1 when it is not. */ tooDeepAt: number };

/** One pass without recursion: how deep, and whether anything occurs that must not go to the native parser. */
function scanJson(text: string, maxDepth: number): Scan {
  let depth = 0;
  let suitsNative = true;
  let colons = 0;
  let nextEscape = text.indexOf("\\");
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (nextEscape !== -1 && nextEscape < end) {
          if (isKey(text, end)) suitsNative = false;
          nextEscape = text.indexOf("\\", end);
        }
        at = end;
        break;
      }
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > maxDepth) return { suitsNative, colons, tooDeepAt: at };
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x3a: // :
        colons += 1;
        break;
      case 0x4e: // N
      case 0x49: // I
        suitsNative = false;
        break;
      default:
    }
  }
  return { suitsNative, colons, tooDeepAt: -1 };
}

/** Whether the string that ends there is a key. */
function isKey(text: string, end: number): boolean {
  afterSpace.lastIndex = end + 1;
  return afterSpace.exec(text)?.[1] === ":";
}

const afterSpace = /[ \n\r\t]*(.)/y;

/** Where the quote is that closes the string opened at `start`; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const words: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

/** Recursive descent. The scan has bounded the depth before. */
class Reader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): unknown {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#problem("text after the end of the value");
    return value;
  }

  #value(): unknown {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#wordOrNumber();
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const start = this.#at;
    let keys = 0;
    this.#members("}", () => {
      if (this.#text[this.#at] !== '"') throw this.#problem("expected a key in double quotes");
      const key = this.#string();
      if (!this.#takes(":")) throw this.#problem("expected ':' after a key");
      const value = this.#value();
      keys += 1;
      if (keys > this.#limits.maxKeys) throw new JsonProblem(`an object with more than ${this.#limits.maxKeys} keys`, start);
      if (key === "__proto__") Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      else object[key] = value;
    });
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#members("]", () => array.push(this.#value()));
    return array;
  }

  /** What stands between an opening bracket, where we are, and the closing one. */
  #members(close: string, readOne: () => void): void {
    this.#at += 1;
    if (this.#takes(close)) return;
    do {
      this.#skipSpace();
      readOne();
    } while (this.#takes(","));
    if (!this.#takes(close)) throw this.#problem(`expected ',' or '${close}'`);
  }

  #string(): string {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    if (end === this.#text.length) throw new JsonProblem("a string that does not end", start);
    const read = parseStrictJson(this.#text.slice(start, end + 1));
    if (!read.ok || typeof read.value !== "string") throw new JsonProblem("a string with a bad escape or a control character", start);
    this.#at = end + 1;
    return read.value;
  }

  #wordOrNumber(): unknown {
    number.lastIndex = this.#at;
    const digits = number.exec(this.#text)?.[0];
    if (digits !== undefined) {
      this.#at += digits.length;
      return Number(digits);
    }
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    throw this.#problem(this.#at < this.#text.length ? "expected a value" : "the text ends too early");
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  #problem(message: string): JsonProblem {
    return new JsonProblem(message, this.#at);
  }
}

/**
 * Writes a JSON value, with bare NaN, Infinity and -Infinity, so that reading gives the same value back (-0 too).
 * Values that JSON lacks are treated as JSON.stringify treats them. The value must be of bounded depth.
 */
export function stringifyTolerant(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map((item) => stringifyTolerant(item)).join(",")}]`;
  if (!isRecord(value) || typeof value["toJSON"] === "function") return writeNative(value) ?? "null";
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${stringifyTolerant(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** JSON.stringify answers undefined for what JSON lacks; its declared type does not say so. */
const writeNative = (value: unknown): string | undefined => JSON.stringify(value);
