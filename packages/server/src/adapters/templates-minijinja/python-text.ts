import { textOfObject } from "../../domain/printed-object.ts";
import { isRecord } from "../../kit/cast.ts";

/*
 * Values as Python writes them. The engine gives its values as JavaScript's: maps become Map, undefined and none both
 * become undefined, and a number without a fraction does not tell whether it was a float.
 */

/** `repr(float)`: the shortest digits that read back as the same number, with an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = "", exponent = ""] = value.toExponential().split("e");
    const power = Number(exponent);
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const numberText = (value: number): string => (Number.isInteger(value) ? String(BigInt(value)) : floatText(value));

/** `str(value)`. */
export function pythonText(value: unknown): string {
  if (typeof value === "string") return value;
  const own = membersOf(value)?.find(([key]) => key === textOfObject);
  return own === undefined ? pythonRepr(value) : pythonText(own[1]);
}

/** `repr(value)`. */
export function pythonRepr(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  const members = membersOf(value) ?? [];
  return `{${members.filter(([key]) => key !== textOfObject).map(([key, member]) => `${pythonRepr(key)}: ${pythonRepr(member)}`).join(", ")}}`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t").replaceAll(quote, `\\${quote}`);
  return quote + body.replace(/[\u0000-\u001f\u007f-\u00a0\u00ad]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`) + quote;
}

/** The members of what the engine gives for a mapping; null for everything else. */
export function membersOf(value: unknown): [unknown, unknown][] | null {
  if (value instanceof Map) return [...value.entries()];
  return isRecord(value) ? Object.entries(value) : null;
}

const unsafe: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027" };

/** `tojson` of Jinja2: `json.dumps(value, sort_keys=True)`, ASCII only, with what HTML could take for its own escaped. */
export function jsonText(value: unknown, indent: number | null): string {
  return dump(value, { indent, level: 0 }).replace(/[<>&']/g, (character) => unsafe[character] ?? character);
}

type Layout = { indent: number | null; level: number };

function dump(value: unknown, layout: Layout): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return jsonNumber(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return jsonString(value);
  const inner = { ...layout, level: layout.level + 1 };
  if (Array.isArray(value)) return bracketed("[]", value.map((member) => dump(member, inner)), layout);
  const members = (membersOf(value) ?? []).filter(([key]) => key !== textOfObject).map(([key, member]): [string, unknown] => [typeof key === "string" ? key : dump(key, inner), member]);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return bracketed("{}", members.map(([key, member]) => `${jsonString(key)}: ${dump(member, inner)}`), layout);
}

function bracketed(brackets: string, parts: readonly string[], { indent, level }: Layout): string {
  if (parts.length === 0) return brackets;
  const [open = "", close = ""] = brackets;
  if (indent === null) return open + parts.join(", ") + close;
  const pad = `\n${" ".repeat(indent * (level + 1))}`;
  return `${open}${pad}${parts.join(`,${pad}`)}\n${" ".repeat(indent * level)}${close}`;
}

function jsonNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return numberText(value);
}

const jsonString = (text: string): string => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
