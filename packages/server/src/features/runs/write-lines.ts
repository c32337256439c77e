import type { Transaction } from "../../db/database.ts";
import { deleteChunks, findOverlapping, insertChunk } from "../../db/queries/run-lines.ts";
import type { LineStream } from "../../domain/run.ts";
import { rangeOf, readRow, stepOf } from "../../domain/run-history.ts";
import type { Chunk, ChunkWrite } from "../../domain/run-lines.ts";
import { linesOf, linesWithin, planWrite } from "../../domain/run-lines.ts";

export type LineWrite = {
  runId: number;
  entityId: number;
  stream: LineStream;
  offset: number;
  lines: readonly string[];
  /** How many lines the stream has. */
  known: number;
  at: Date;
  /** The steps of history lines that were read already, by index; what it does not know is read from the text. */
  stepsRead?: ReadonlyMap<number, number | null>;
};

/** Stores lines in place of what stood at their offset; the caller has locked the run. One insert in the normal case. */
export async function writeLines(tx: Transaction, write: LineWrite): Promise<ChunkWrite> {
  const { runId, stream, offset, lines } = write;
  const range = { from: offset, to: offset + lines.length };
  const overlapping = offset < write.known ? await findOverlapping(tx, runId, stream, range) : [];
  const plan = planWrite(overlapping, offset, lines);
  if (plan.remove.length > 0) await deleteChunks(tx, runId, stream, plan.remove);
  await insertChunks(tx, write, plan.insert);
  return plan;
}

/** Removes the lines from `from` on, and gives those that went. */
export async function cutLines(tx: Transaction, run: { id: number; entity_id: number }, cut: { stream: LineStream; from: number; known: number; at: Date }): Promise<string[]> {
  const chunks = await findOverlapping(tx, run.id, cut.stream, { from: cut.from, to: cut.known });
  await deleteChunks(tx, run.id, cut.stream, chunks.map(({ firstLine }) => firstLine));
  const kept = chunks.flatMap((chunk) => {
    const lines = linesWithin(chunk, { to: cut.from });
    return lines.length === 0 ? [] : [{ firstLine: chunk.firstLine, lineCount: lines.length, body: lines.join("\n") }];
  });
  await insertChunks(tx, { runId: run.id, entityId: run.entity_id, stream: cut.stream, at: cut.at }, kept);
  return chunks.flatMap((chunk) => linesWithin(chunk, { from: cut.from }));
}

async function insertChunks(tx: Transaction, place: Pick<LineWrite, "runId" | "entityId" | "stream" | "at" | "stepsRead">, chunks: readonly Chunk[]): Promise<void> {
  const { runId, entityId, stream, at } = place;
  for (const chunk of chunks) {
    const steps = stream === "history" ? rangeOf(stepsOf(chunk, place.stepsRead)) : null;
    await insertChunk(tx, { ...chunk, runId, entityId, stream, steps, at });
  }
}

function stepsOf(chunk: Chunk, read: LineWrite["stepsRead"]): (number | null)[] {
  const indexes = Array.from({ length: chunk.lineCount }, (_, index) => chunk.firstLine + index);
  if (read !== undefined && indexes.every((index) => read.has(index))) return indexes.map((index) => read.get(index) ?? null);
  return linesOf(chunk).map((text) => stepOf(readRow(text)));
}
