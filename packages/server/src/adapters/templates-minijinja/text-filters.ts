/** Jinja2's `title`: words begin after white space, a hyphen or an opening bracket. */
export const titleText = (text: string): string => text.split(/([-\s({[<]+)/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()).join("");

export type Truncation = { length: number; killWords: boolean; end: string; leeway: number };

/** Jinja2's `truncate`: at most `length` characters with the end, cut between words unless told otherwise. */
export function truncateText(text: string, { length, killWords, end, leeway }: Truncation): string {
  const characters = [...text];
  if (characters.length <= length + leeway) return text;
  const kept = characters.slice(0, Math.max(0, length - [...end].length)).join("");
  if (killWords) return kept + end;
  const space = kept.lastIndexOf(" ");
  return (space === -1 ? kept : kept.slice(0, space)) + end;
}

/** Jinja2's `indent`: every line but the first, and no blank one, unless told otherwise. */
export function indentText(text: string, by: string, { first, blank }: { first: boolean; blank: boolean }): string {
  const [head = "", ...rest] = text.split("\n");
  const lines = [head, ...rest.map((line) => (line.trim() !== "" || blank ? by + line : line))];
  return (first ? by : "") + lines.join("\n");
}

/** Jinja2's `wordwrap`: lines of at most `width` characters, broken between words, or within those that are longer. */
export function wrapText(text: string, width: number): string {
  if (width === 0) throw new Error("wordwrap: needs a width of at least 1");
  return text.split("\n").map((line) => wrapLine(line, width)).join("\n");
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const joined = current === "" ? word : `${current} ${word}`;
    if (joined.length <= width) {
      current = joined;
      continue;
    }
    if (current !== "") lines.push(current);
    current = word;
    for (; current.length > width; current = current.slice(width)) lines.push(current.slice(0, width));
  }
  return [...lines, current].join("\n");
}
