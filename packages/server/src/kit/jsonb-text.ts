const refused = /\\u(?:0000|d[89a-f])/i;
// Each escape is taken as a whole, so that a backslash which is itself escaped does not make an escape of what follows.
const escapes = /\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/gi;

/** A text as PostgreSQL can hold it: no NUL, and no half of a character; they become U+FFFD. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

/** JSON that PostgreSQL's jsonb takes: it holds neither a NUL nor half a character, which clients may send; they become U+FFFD. */
export function jsonbText(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes exactly these two.
  return refused.test(text) ? text.replace(escapes, (escape, bad?: string) => (bad === undefined ? escape : "\\ufffd")) : text;
}
