/** Consecutive lines of one stream as they are stored together: their texts joined by line feeds. */
export type Chunk = { firstLine: number; lineCount: number; body: string };

export type ChunkWrite = {
  /** First lines of the stored chunks that give way. */
  remove: number[];
  insert: Chunk[];
  /** Lines that the stream did not have yet, in their order; a line that came before is not among them. */
  fresh: number[];
};

/** A chunk larger than this is split, so that readers can load a long stream piece by piece. In UTF-16 units. */
const chunkLength = 1 << 20;

/** A line feed would break the line in two; what stands at a line's end is only how its writer ended it. */
export const oneLine = (text: string): string => text.replace(/\r?\n$/, "").replaceAll("\n", " ").replaceAll("\0", "\uFFFD");

export const linesOf = (chunk: Chunk): string[] => chunk.body.split("\n");

/** Those of the chunk's lines whose index is at least `from` and below `to`. */
export const linesWithin = (chunk: Chunk, { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number }): string[] => linesOf(chunk).slice(Math.max(0, from - chunk.firstLine), Math.max(0, to - chunk.firstLine));

export const endOf = (chunk: Chunk): number => chunk.firstLine + chunk.lineCount;

/** Makes chunks of lines. The lines must hold no line feeds. */
export function toChunks(offset: number, lines: readonly string[]): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let length = 0;
  for (const [index, line] of lines.entries()) {
    if (index > start && length + line.length > chunkLength) {
      chunks.push(chunkOf(offset + start, lines.slice(start, index)));
      start = index;
      length = 0;
    }
    length += line.length + 1;
  }
  if (start < lines.length) chunks.push(chunkOf(offset + start, lines.slice(start)));
  return chunks;
}

const chunkOf = (firstLine: number, lines: readonly string[]): Chunk => ({ firstLine, lineCount: lines.length, body: lines.join("\n") });

/**
 * What to do so that lines stand at their offset, in place of whatever stood there. `overlapping` are the stored chunks
 * that share a line with them, in order; of those the lines before and after are kept. Doing it again changes nothing.
 */
export function planWrite(overlapping: readonly Chunk[], offset: number, lines: readonly string[]): ChunkWrite {
  const end = offset + lines.length;
  const kept = overlapping.flatMap((chunk) => {
    const old = linesOf(chunk);
    const before = old.slice(0, Math.max(0, offset - chunk.firstLine));
    const after = old.slice(Math.max(0, end - chunk.firstLine));
    return [...toChunks(chunk.firstLine, before), ...toChunks(end, endOf(chunk) > end ? after : [])];
  });
  const had = (line: number): boolean => overlapping.some((chunk) => chunk.firstLine <= line && line < endOf(chunk));
  const indexes = lines.map((_, index) => offset + index);
  return {
    remove: overlapping.map(({ firstLine }) => firstLine),
    insert: [...kept, ...toChunks(offset, lines)].toSorted((a, b) => a.firstLine - b.firstLine),
    fresh: overlapping.length === 0 ? indexes : indexes.filter((line) => !had(line)),
  };
}

/** The incoming lines that the stream did not have yet: what a rule about new metrics has to look at, once each. */
export function appendedLines<Line>(write: { fresh: readonly number[] }, incoming: { offset: number; lines: readonly Line[] }): Line[] {
  return write.fresh.flatMap((index) => incoming.lines[index - incoming.offset] ?? []);
}
