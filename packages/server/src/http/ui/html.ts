/** Text that is HTML already. Made only here, so that everything else is escaped. */
export type Html = { readonly html: string };

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** A template whose values are escaped, unless they are Html themselves. */
export const html = (strings: TemplateStringsArray, ...values: readonly (string | Html)[]): Html => ({
  html: strings.reduce((text, part, index) => text + show(values[index - 1]) + part),
});

const show = (value: string | Html | undefined): string => (value === undefined ? "" : typeof value === "string" ? escapeHtml(value) : value.html);
