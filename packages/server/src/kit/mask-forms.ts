/** One way in which a secret may stand in a text. */
export type Form = {
  text: string;
  /** Whether the character before, and the one after, hold bits of the secret too: in base64, three bytes share four. */
  sharesLeft: boolean;
  sharesRight: boolean;
};

/**
 * The forms in which common software writes a text: as it is, escaped for JSON, URLs and HTML, escaped twice, in hex, and
 * in base64 at any offset, as behind the name in `Basic base64(name:secret)`. Non-ASCII ones also as their UTF-8 bytes
 * read as Latin-1, the way header values and `Buffer.toString("latin1")` show them.
 */
export function formsOf(value: string): Form[] {
  const wellFormed = value.toWellFormed();
  const once = distinct([wellFormed, ...escapes(wellFormed)]);
  const twice = once.flatMap((text) => [text, ...commonEscapes(text)]);
  const binary = distinct([wellFormed, json(wellFormed, nothing)]).map((text) => Buffer.from(text));
  const whole = [...twice, ...binary.flatMap((bytes) => [bytes.toString("hex"), bytes.toString("hex").toUpperCase()])];

  const forms = new Map<string, Form>();
  for (const text of whole.flatMap((each) => [each, Buffer.from(each).toString("latin1")])) forms.set(text, { text, sharesLeft: false, sharesRight: false });
  for (const form of binary.flatMap(base64Forms)) if (!forms.has(form.text)) forms.set(form.text, form);
  return [...forms.values()];
}

const nothing = /(?!)/;
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

const escapes = (text: string): string[] => [...jsonForms(text), ...urlForms(text), ...htmlForms(text), ...quotedForms(text)];

/** Those that come on top of another: a JSON document inside a JSON string, inside a query, inside a page. */
const commonEscapes = (text: string): string[] => [json(text, nothing), ...bothCases(percent(text, unreserved)), ...bothCases(percent(text, component)), ...htmlForms(text).slice(0, 1)];

const jsonForms = (text: string): string[] => [
  json(text, nothing),
  json(text, /[^\0-\x7f]/), // Python, Ruby
  json(text, nothing).replaceAll("/", "\\/"),
  json(text, /[^\0-\x7f]/).replaceAll("/", "\\/"), // PHP
  json(text, /[<>&\u2028\u2029]/), // Go
  json(text, /[<>&='\u2028\u2029]/), // Gson
  json(text, /["&'+<>`]|[^\0-\x7e]/, upperCase), // .NET
];

type Case = (hex: string) => string;
const upperCase: Case = (hex) => hex.toUpperCase();

/** The text as it stands in a JSON string, with the characters that the pattern names as `\uXXXX`. */
function json(text: string, byNumber: RegExp, inCase: Case = (hex) => hex): string {
  const numbered = (character: string): string => character.split("").map((unit) => `\\u${inCase(unit.charCodeAt(0).toString(16).padStart(4, "0"))}`).join("");
  return text.replace(/[^A-Za-z0-9]/gu, (character) => (byNumber.test(character) ? numbered(character) : JSON.stringify(character).slice(1, -1)));
}

const unreserved = /[A-Za-z0-9._~-]/;
const component = /[A-Za-z0-9._~!*'()-]/;
const form = /[A-Za-z0-9._*-]/;

/** By what each kind of encoder leaves as it is. */
const urlForms = (text: string): string[] => [
  ...[component, unreserved, form, /[A-Za-z0-9]/, /[A-Za-z0-9._~/-]/, /[A-Za-z0-9._~$&+=:@-]/, /[A-Za-z0-9._~!*'();/?:@&=+$,#-]/].flatMap((kept) => bothCases(percent(text, kept))),
  // A password, a path and a query in a WHATWG URL.
  ...[/[!$-.0-9A-Z_a-z~&'()*+,%-]/, /[!$-;=@-_a-z|~]/, /[!$-&(-;=?-~]/].flatMap((kept) => bothCases(percent(text, kept))),
  ...[form, unreserved].flatMap((kept) => bothCases(percent(text, kept).replaceAll("%20", "+"))),
];

/** The text with every character but the kept ones as the `%XX` of its UTF-8 bytes. */
const percent = (text: string, kept: RegExp): string =>
  text.replace(/[^A-Za-z0-9]/gu, (character) => (kept.test(character) ? character : Buffer.from(character).toString("hex").toUpperCase().replace(/../g, "%$&")));

const bothCases = (encoded: string): string[] => [encoded, encoded.replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase())];

function htmlForms(text: string): string[] {
  const basic = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quote = (double: string, single: string): string => basic.replaceAll('"', double).replaceAll("'", single);
  return [quote("&quot;", "&#39;"), quote("&quot;", "&#x27;"), quote("&#34;", "&#39;"), quote("&quot;", "&apos;"), quote("&quot;", "&#039;"), quote("&quot;", "'"), basic];
}

/** In single quotes, as Python and JavaScript print texts. */
function quotedForms(text: string): string[] {
  const lines = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return [lines, lines.replaceAll("'", "\\'")];
}

/** The characters of base64 that bytes alone decide, when they stand 0, 1 or 2 bytes behind a multiple of three. */
function base64Forms(bytes: Buffer): Form[] {
  return [0, 1, 2].flatMap((before) => {
    const bits = 8 * (before + bytes.length);
    const decided = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
    const spellings = [decided, decided.replaceAll("+", "-").replaceAll("/", "_"), decided.replaceAll("/", "\\/"), ...bothCases(percent(decided, unreserved))];
    return distinct(spellings).map((text) => ({ text, sharesLeft: before > 0, sharesRight: bits % 6 > 0 }));
  });
}
