import type { TemplateForm } from "../../ports/templates/port.ts";

/*
 * The engine prints values as Rust does: true, none, ["a"], 0.00001. Python prints True, None, ['a'], 1e-05. It takes no
 * function of ours for that, so every `{{ … }}` is rewritten to call a macro that prints the value as Python does, or,
 * within a URL, percent-encoded. Nothing else of the template is touched, and no line moves.
 */

const asPython = `{% macro __print(v) -%}
{% if v is string or v is undefined or v is integer %}{{ v }}{% elif v is none %}None{% elif v is boolean %}{{ 'True' if v else 'False' }}
{%- elif v is float %}{{ v|string|__float }}{% else %}{{ v|__repr }}{% endif %}
{%- endmacro %}`.replaceAll("\n", "");

const prelude: Record<TemplateForm, { text: string; open: string; close: string }> = {
  text: { text: asPython, open: "__print((", close: "))" },
  url: { text: asPython, open: "__print((", close: "))|__percent" },
};

const opening = /\{\{[-+]?|\{%|\{#/g;
const rawBlock = /^[-+]?\s*raw\s*[-+]?%\}/;
const endOfRaw = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const encoded = /\|\s*urlencode\s*(\(\s*\))?\s*$/;

/** The template with every output printed as Python prints it. One that is not well-formed is left as it is from there on. */
export function printOutputs(source: string, form: TemplateForm): string {
  const { text, open, close } = prelude[form];
  let written = text;
  for (let at = 0; ; ) {
    opening.lastIndex = at;
    const found = opening.exec(source);
    if (found === null) return written + source.slice(at);
    const from = found.index + found[0].length;
    const end = endOf(source, found[0], from);
    if (end === null) return written + source.slice(at);
    if (found[0].startsWith("{{")) {
      const inner = source.slice(from, end.inner);
      // Who has encoded a value already means it to be so; twice would be wrong.
      const closed = form === "url" && encoded.test(inner) ? "))" : close;
      written += `${source.slice(at, from)} ${open}${inner}${closed} ${source.slice(end.inner, end.after)}`;
    } else written += source.slice(at, end.after);
    at = end.after;
  }
}

/** Where what begins with `mark` has its end: before and after the closing mark; null where it has none. */
function endOf(source: string, mark: string, from: number): { inner: number; after: number } | null {
  if (mark === "{#") return closing(source, "#}", from);
  if (mark === "{%") {
    const raw = rawBlock.exec(source.slice(from, from + 64));
    if (raw === null) return closingCode(source, "%}", from);
    endOfRaw.lastIndex = from + raw[0].length;
    const end = endOfRaw.exec(source);
    return end === null ? null : { inner: end.index, after: end.index + end[0].length };
  }
  return closingCode(source, "}}", from);
}

function closing(source: string, mark: string, from: number): { inner: number; after: number } | null {
  const at = source.indexOf(mark, from);
  return at === -1 ? null : { inner: at, after: at + mark.length };
}

/** As `closing`, but not within strings or brackets. */
function closingCode(source: string, mark: string, from: number): { inner: number; after: number } | null {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === "'" || character === '"') {
      at = endOfString(source, at);
      continue;
    }
    if (depth === 0 && source.startsWith(mark, at)) {
      const trimmed = at > from && "-+".includes(source.charAt(at - 1)) ? at - 1 : at;
      return { inner: trimmed, after: at + mark.length };
    }
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
  }
  return null;
}

function endOfString(source: string, from: number): number {
  const quote = source.charAt(from);
  for (let at = from + 1; at < source.length; at += 1) {
    if (source.charAt(at) === "\\") at += 1;
    else if (source.charAt(at) === quote) return at;
  }
  return source.length;
}
