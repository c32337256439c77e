import { floatText, pythonRepr, pythonText } from "./python-text.ts";

const directive = /%(?:\((?<key>[^)]*)\))?(?<flags>[-+ 0#]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<type>.)?/gs;

/** Wider is refused: a template of a few characters could otherwise ask for any amount of memory. */
const widest = 1_000;

type Spec = { flags: string; precision: number | null };

/** Python's `text % values`, as the filter `format` has it. Throws what Python would complain about. */
export function percentFormat(text: string, values: readonly unknown[], named: ReadonlyMap<unknown, unknown>): string {
  let next = 0;
  return text.replace(directive, (whole: string, ...found: unknown[]): string => {
    const groups = readGroups(found.at(-1));
    if (groups.type === "%") return "%";
    const value = groups.key === undefined ? values[next] : named.get(groups.key);
    if (groups.key === undefined) next += 1;
    else if (!named.has(groups.key)) throw new Error(`format: there is no value named ${groups.key}`);
    if (groups.key === undefined && next > values.length) throw new Error("format: not enough values");
    const width = Number(groups.width);
    const precision = groups.precision === undefined ? null : Number(groups.precision);
    if (width > widest || (precision ?? 0) > 100) throw new Error(`format: ${whole} is too wide`);
    return pad(convert(groups.type, value, { flags: groups.flags, precision }), width, groups);
  });
}

type Groups = { key: string | undefined; flags: string; width: string; precision: string | undefined; type: string | undefined };

function readGroups(groups: unknown): Groups {
  const at = (name: string): string | undefined => {
    const value: unknown = typeof groups === "object" && groups !== null ? Reflect.get(groups, name) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  return { key: at("key"), flags: at("flags") ?? "", width: at("width") ?? "", precision: at("precision"), type: at("type") };
}

function convert(type: string | undefined, value: unknown, spec: Spec): string {
  switch (type) {
    case "s":
      return cut(pythonText(value), spec.precision);
    case "r":
      return cut(pythonRepr(value), spec.precision);
    case "d":
    case "i":
    case "u":
      return signed(String(BigInt(Math.trunc(numberOf(value, type)))).padStart(spec.precision ?? 0, "0"), spec);
    case "x":
    case "X":
    case "o":
      return integerText(type, numberOf(value, type), spec);
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      const text = fraction(type.toLowerCase(), numberOf(value, type), spec.precision ?? 6);
      return signed(type === type.toUpperCase() ? text.toUpperCase() : text, spec);
    }
    default:
      throw new Error(`format: ${type === undefined ? "a % without a type" : `%${type} is not known`}`);
  }
}

const cut = (text: string, precision: number | null): string => (precision === null ? text : [...text].slice(0, precision).join(""));

function numberOf(value: unknown, type: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  throw new Error(`format: %${type} needs a number, not ${pythonRepr(value).slice(0, 40)}`);
}

function integerText(type: "x" | "X" | "o", value: number, spec: Spec): string {
  const digits = Math.trunc(value).toString(type === "o" ? 8 : 16);
  return signed(type === "X" ? digits.toUpperCase() : digits, spec);
}

const signed = (text: string, { flags }: Spec): string => (text.startsWith("-") ? text : flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text);

function fraction(type: string, value: number, precision: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (type === "f") return value.toFixed(precision);
  if (type === "e") return exponent(value.toExponential(precision));
  const significant = Math.max(precision, 1);
  const power = value === 0 ? 0 : Number(value.toExponential(significant - 1).split("e")[1]);
  if (power < -4 || power >= significant) return exponent(trimmed(value.toExponential(significant - 1)));
  return trimmed(value.toFixed(Math.max(0, significant - 1 - power)));
}

const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, "e$10$2");

/** %g drops the zeros that say nothing. */
const trimmed = (text: string): string => text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");

function pad(text: string, width: number, { flags, type }: Groups): string {
  if (text.length >= width) return text;
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || type === "s" || type === "r") return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
