import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Chunk } from "./run-lines.ts";
import { appendedLines, endOf, linesOf, oneLine, planWrite, toChunks } from "./run-lines.ts";

type Write = { offset: number; lines: string[] };

/** Stored chunks, changed as a plan says, the way the database is. */
function apply(stored: Chunk[], write: Write): { chunks: Chunk[]; fresh: string[] } {
  const end = write.offset + write.lines.length;
  const overlapping = stored.filter((chunk) => chunk.firstLine < end && endOf(chunk) > write.offset);
  const plan = planWrite(overlapping, write.offset, write.lines);
  const chunks = [...stored.filter(({ firstLine }) => !plan.remove.includes(firstLine)), ...plan.insert].toSorted((a, b) => a.firstLine - b.firstLine);
  return { chunks, fresh: appendedLines(plan, write) };
}

const content = (chunks: Chunk[]): Map<number, string> => new Map(chunks.flatMap((chunk) => linesOf(chunk).map((line, index) => [chunk.firstLine + index, line] as const)));

const anyLine = fc.oneof(fc.string({ maxLength: 3 }).map(oneLine), fc.constant("x".repeat(700_000)));
const anyWrites = fc.array(fc.record({ offset: fc.nat(20), lines: fc.array(anyLine, { minLength: 1, maxLength: 6 }) }), { maxLength: 8 });

describe("stored lines", () => {
  it("are those of the last write at each place, in whatever order the writes came", () => {
    fc.assert(
      fc.property(anyWrites, (writes) => {
        let chunks: Chunk[] = [];
        const model = new Map<number, string>();
        for (const write of writes) {
          chunks = apply(chunks, write).chunks;
          write.lines.forEach((line, index) => model.set(write.offset + index, line));
        }
        expect(content(chunks)).toEqual(new Map([...model].toSorted(([a], [b]) => a - b)));
        for (const chunk of chunks) expect(linesOf(chunk)).toHaveLength(chunk.lineCount);
        chunks.reduce((end, chunk) => {
          expect(chunk.firstLine).toBeGreaterThanOrEqual(end);
          return endOf(chunk);
        }, 0);
      }),
      { numRuns: 300 },
    );
  });

  it("do not change when the same write comes again, and none of its lines is new the second time", () => {
    fc.assert(
      fc.property(anyWrites, fc.nat(), (writes, which) => {
        let chunks: Chunk[] = [];
        for (const write of writes) chunks = apply(chunks, write).chunks;
        const again = writes.at(-1);
        if (again === undefined) return;
        const second = apply(chunks, again);
        expect(content(second.chunks)).toEqual(content(chunks));
        expect(second.fresh).toEqual([]);
        const earlier = writes[which % writes.length];
        if (earlier !== undefined) expect(apply(chunks, earlier).fresh).toEqual([]);
      }),
    );
  });

  it("are new exactly once each, out of order and with overlaps", () => {
    fc.assert(
      fc.property(anyWrites, (writes) => {
        let chunks: Chunk[] = [];
        let fresh = 0;
        for (const write of writes) {
          const next = apply(chunks, write);
          chunks = next.chunks;
          fresh += next.fresh.length;
        }
        expect(fresh).toBe(content(chunks).size);
      }),
    );
  });

  it("are split into chunks that a reader can load one by one", () => {
    const lines = Array.from({ length: 10 }, () => "y".repeat(400_000));
    const chunks = toChunks(5, lines);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.flatMap(linesOf)).toEqual(lines);
    expect(toChunks(0, [""]).flatMap(linesOf)).toEqual([""]);
  });

  it("hold no line feeds and no NUL", () => {
    expect(oneLine("a\nb\r\n")).toBe("a b");
    expect(oneLine("\0")).toBe("\uFFFD");
    expect(oneLine("10%\r20%\r")).toBe("10%\r20%\r");
  });
});
