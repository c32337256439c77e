import type { ChunkRange } from "../../db/queries/run-lines.ts";
import { findFirstStep, findLastChunk, findOverlapping, readChunkPage } from "../../db/queries/run-lines.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import type { LineStream } from "../../domain/run.ts";
import type { LogLine } from "../../domain/run-log-line.ts";
import { readLogLine } from "../../domain/run-log-line.ts";
import { endOf, linesOf } from "../../domain/run-lines.ts";
import type { Services } from "../services.ts";

type Needs = Pick<Services, "db">;

/** All lines in the order of their index, a few megabytes at a time. With steps: at least those of matching chunks. */
export async function* streamLines(services: Needs, range: ChunkRange): AsyncGenerator<string> {
  let from = 0;
  for (;;) {
    const chunks = await readChunkPage(services.db, range, from);
    for (const chunk of chunks) yield* linesOf(chunk);
    const last = chunks.at(-1);
    if (last === undefined) return;
    from = endOf(last);
  }
}

/** The last line of a stream; null when there is none. */
export async function lastLine(services: Needs, runId: number, stream: LineStream): Promise<string | null> {
  const chunk = await findLastChunk(services.db, runId, stream);
  return chunk === null ? null : (linesOf(chunk).at(-1) ?? null);
}

/** The step of the first history line that has one. */
export const firstStep = (services: Needs, run: Pick<RunRow, "id">): Promise<number | null> => findFirstStep(services.db, run.id);

export type NumberedLogLine = LogLine & { number: number };

/** Console lines from index `from` to before `to`. */
export async function readLogLines(services: Needs, run: Pick<RunRow, "id">, lines: { from: number; to: number }): Promise<NumberedLogLine[]> {
  const chunks = await findOverlapping(services.db, run.id, "output", lines);
  const numbered = chunks.flatMap((chunk) => linesOf(chunk).map((text, index) => ({ number: chunk.firstLine + index, text })));
  return numbered.filter(({ number }) => number >= lines.from && number < lines.to).map(({ number, text }) => ({ ...readLogLine(text), number }));
}
