import type { Column } from "./block.ts";

/** What is left of some consecutive numbers of a metric. NaN and the infinities are counted only. */
export type Cell = {
  /** The least and the greatest step. */
  from: number;
  to: number;
  count: number;
  /** How many of them are finite; of those is the rest, where there are any. */
  finite: number;
  sum: number;
  min: number;
  max: number;
  last: number;
};

const numbersPerCell = 64;

/** A column's numbers, 64 by 64. `stepAt` gives the step of a line, counted from the column's first. */
export function cellsOf({ lines, values }: Column, stepAt: (line: number) => number): Cell[] {
  const cells: Cell[] = [];
  let cell = emptyCell();
  for (const [index, value] of values.entries()) {
    if (cell.count === numbersPerCell) cell = emptyCell();
    if (cell.count === 0) cells.push(cell);
    take(cell, stepAt(lines === null ? index : (lines[index] ?? 0)), value);
  }
  return cells;
}

const emptyCell = (): Cell => ({ from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, count: 0, finite: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, last: 0 });

function take(cell: Cell, step: number, value: number): void {
  cell.from = Math.min(cell.from, step);
  cell.to = Math.max(cell.to, step);
  cell.count += 1;
  if (!Number.isFinite(value)) return;
  cell.finite += 1;
  cell.sum += value;
  cell.min = Math.min(cell.min, value);
  cell.max = Math.max(cell.max, value);
  cell.last = value;
}

const members = 8;

/** Cells as they are stored: their members in the order of the type, 64 bits each, as block.ts has them. */
export function encodeCells(cells: readonly Cell[]): Buffer {
  const numbers = Float64Array.from(cells.flatMap(({ from, to, count, finite, sum, min, max, last }) => [from, to, count, finite, sum, min, max, last]));
  return Buffer.from(numbers.buffer);
}

export function decodeCells(stored: Buffer): Cell[] {
  const numbers = new Float64Array(new Uint8Array(stored).buffer);
  return Array.from({ length: numbers.length / members }, (_, index) => {
    const [from = 0, to = 0, count = 0, finite = 0, sum = 0, min = 0, max = 0, last = 0] = numbers.subarray(index * members, (index + 1) * members);
    return { from, to, count, finite, sum, min, max, last };
  });
}
