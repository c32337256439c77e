import { headLength, patternFinder, type PatternFinder } from "./find-patterns.ts";
import { formsOf, type Form } from "./mask-forms.ts";

export type NamedSecret = { name: string; value: string };

export type MaskOptions = {
  /** Say so when the text was cut off, at a read limit for instance: it may then end in the first part of a secret. */
  cutShort?: boolean;
};

/** Puts `[secret NAME]` in place of each secret, in whichever of its forms (see mask-forms.ts) it stands in a text. */
export type Mask = {
  (text: string, options?: MaskOptions): string;
  /** The same for a body of any encoding and content: bytes that belong to no secret stay as they are. */
  bytes(body: Buffer, options?: MaskOptions): Buffer;
  /** At most `limit` characters of the text, masked, with no part of a secret left at the cut. */
  truncated(text: string, limit: number): string;
};

/** A shorter value can't be masked: it would be found in texts that have nothing to do with it, or guessed. */
export const isMaskable = (value: string): boolean => Array.from(value).length >= headLength;

/** Less of a cut-off secret is left standing: any text ends in the first letter of something. */
const partsFrom = 3;

/**
 * Prepares the masking of these secrets; costs about a millisecond for each, so keep the mask for as long as the
 * secrets stay the same. Throws a RangeError for a value that is not maskable.
 */
export function makeMask(secrets: readonly NamedSecret[]): Mask {
  const wrong = secrets.find(({ value }) => !isMaskable(value));
  if (wrong !== undefined) throw new RangeError(`secret ${wrong.name} is too short to be masked`);
  const forms = secrets.flatMap(({ name, value }) => formsOf(value).map((form): NamedForm => ({ ...form, mark: `[secret ${name}]` })));
  const finder = patternFinder(forms.map(({ text }) => text));

  const spansIn = (text: string, options?: MaskOptions): Span[] => (forms.length === 0 ? [] : findSpans(text, { forms, finder, cutShort: options?.cutShort === true }));
  const maskText = (text: string, options?: MaskOptions): string => {
    const spans = spansIn(text, options);
    return spans.length === 0 ? text : weave(spans, text.length, (start, end) => text.slice(start, end), (mark) => mark).join("");
  };
  return Object.assign(maskText, {
    bytes(body: Buffer, options?: MaskOptions): Buffer {
      const spans = spansIn(body.toString("latin1"), options);
      return spans.length === 0 ? body : Buffer.concat(weave(spans, body.length, (start, end) => body.subarray(start, end), (mark) => Buffer.from(mark)));
    },
    truncated: (text: string, limit: number) => maskText(text.slice(0, limit), { cutShort: text.length > limit }).slice(0, limit),
  });
}

type NamedForm = Form & { mark: string };
type Span = { start: number; end: number; mark: string };
type Search = { forms: readonly NamedForm[]; finder: PatternFinder; cutShort: boolean };

/** What to mask, in order and apart from each other. All is found in the text as it came: no mark is ever masked. */
function findSpans(text: string, { forms, finder, cutShort }: Search): Span[] {
  const found = finder.all(text);
  if (cutShort) found.push(...finder.cutAtEnd(withoutHalfCharacter(text)).filter(({ start, end }) => end - start >= partsFrom));
  const spans = found.flatMap(({ pattern, start, end }) => {
    const form = forms[pattern];
    if (form === undefined) return [];
    return [{ start: form.sharesLeft ? Math.max(0, start - 1) : start, end: form.sharesRight ? Math.min(text.length, end + 1) : end, mark: form.mark }];
  });
  return merge(spans);
}

/** Decoding UTF-8 that was cut inside a character leaves a replacement character at the end. */
const withoutHalfCharacter = (text: string): string => text.replace(/\ufffd$/, "");

/** Joins spans that overlap, under the mark of the longest: the tail of a longer secret must not outlive a shorter one. */
function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  let longest = 0;
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const open = merged.at(-1);
    const length = span.end - span.start;
    if (open === undefined || span.start >= open.end) {
      merged.push(span);
      longest = length;
      continue;
    }
    open.end = Math.max(open.end, span.end);
    if (length > longest) [open.mark, longest] = [span.mark, length];
  }
  return merged;
}

/** The pieces between the spans, with a mark for each span. */
function weave<Piece>(spans: readonly Span[], length: number, piece: (start: number, end: number) => Piece, marked: (mark: string) => Piece): Piece[] {
  let from = 0;
  const pieces = spans.flatMap(({ start, end, mark }) => {
    const before = piece(from, start);
    from = end;
    return [before, marked(mark)];
  });
  return [...pieces, piece(from, length)];
}
