import { RE2JS, RE2JSException } from "re2js";

/** A compiled expression of a user: searches, unanchored, in time linear in the text. */
export type RegularExpression = { test(text: string): boolean };

export type CompiledExpression = { ok: true; expression: RegularExpression } | { ok: false; message: string };

/** In UTF-16 units. */
export const longestExpression = 512;

const cacheSize = 256;
const cache = new Map<string, RegularExpression>();

/** Compiles, or finds it compiled; says in plain words what a linear-time engine cannot do. */
export function compileExpression(source: string): CompiledExpression {
  if (source.length > longestExpression) return { ok: false, message: `a regular expression of ${source.length} characters; at most ${longestExpression} are allowed` };
  const known = cache.get(source);
  if (known === undefined) return compileAfresh(source);
  // A Map keeps the order of insertion: what was used last goes to the end, what is at the front is dropped first.
  cache.delete(source);
  cache.set(source, known);
  return { ok: true, expression: known };
}

function compileAfresh(source: string): CompiledExpression {
  try {
    const expression = RE2JS.compile(source);
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value ?? "");
    cache.set(source, expression);
    return { ok: true, expression };
  } catch (error) {
    if (error instanceof RE2JSException) return { ok: false, message: explainRefusal(error.message) };
    throw error;
  }
}

/** The engine names the offending piece in backquotes; what it does not know by name, we do. */
function explainRefusal(message: string): string {
  const piece = message.slice(message.indexOf("`"));
  if (/^`\(\?<?[=!]/.test(piece)) return "look-around, as in (?=…), (?!…), (?<=…) and (?<!…), is not supported: expressions run in linear time";
  if (/^`\\[1-9k]/.test(piece) || /^`\(\?P[`=]/.test(piece)) return "back-references, as in \\1 and (?P=name), are not supported: expressions run in linear time";
  if (/^`\(\?>/.test(piece) || /^`[*+?}]\+/.test(piece)) return "atomic groups and possessive repetition are not supported: expressions run in linear time";
  return `not a valid regular expression: ${message.replace(/^error parsing regexp: /, "")}`;
}
