import { eachKey } from "../run-history.ts";

/** The numbers of one metric among consecutive lines: `values[i]` stands in line `lines[i]`, counted from the first of them; null: in line i. */
export type Column = { readonly lines: Uint32Array | null; readonly values: Float64Array };

type Row = Readonly<Record<string, unknown>>;

const dense = 0;
const ramp = 1;
const sparse = 2;
const header = 8;

/** Takes consecutive lines apart into one column per key that has numbers, NaN and the infinities included. */
export function columnsOf(rows: readonly Row[]): Map<string, Column> {
  const collected = new Map<string, { lines: number[]; values: number[] }>();
  for (const [line, row] of rows.entries()) {
    eachKey(row, (key, value) => {
      if (typeof value !== "number") return;
      const column = collected.get(key);
      if (column === undefined) collected.set(key, { lines: [line], values: [value] });
      else if (column.lines.at(-1) !== line) {
        column.lines.push(line);
        column.values.push(value);
      }
    });
  }
  const toColumn = ({ lines, values }: { lines: number[]; values: number[] }): Column => ({ lines: lines.length === rows.length ? null : new Uint32Array(lines), values: new Float64Array(values) });
  return new Map([...collected].map(([key, column]) => [key, toColumn(column)]));
}

/**
 * A column as it is stored. The first byte is its form: 0, a number for every line; 1, numbers that rise evenly, as steps
 * do, by the first one and the rise; 2, as many numbers as bytes 4 to 7 say, behind their lines. From byte 8 on stand the
 * numbers, 64 bits each, the least significant byte first, as all machines have them that this runs on.
 */
export function encodeColumn({ lines, values }: Column): Buffer {
  if (lines !== null) return joined(sparse, lines.length, new Uint8Array(lines.buffer, lines.byteOffset, lines.byteLength), bytesOf(values));
  const rise = evenRise(values);
  return rise === null ? joined(dense, values.length, bytesOf(values)) : joined(ramp, values.length, bytesOf(Float64Array.of(values[0] ?? 0, rise)));
}

export function decodeColumn(body: Buffer): Column {
  const count = body.readUInt32LE(4);
  if (body[0] === sparse) return { lines: new Uint32Array(copyOf(body, header, header + 4 * count)), values: new Float64Array(copyOf(body, header + 4 * count, header + 12 * count)) };
  if (body[0] === dense) return { lines: null, values: new Float64Array(copyOf(body, header, header + 8 * count)) };
  const [first = 0, rise = 0] = new Float64Array(copyOf(body, header, header + 16));
  return { lines: null, values: Float64Array.from({ length: count }, (_, index) => first + index * rise) };
}

const bytesOf = (values: Float64Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function joined(form: number, count: number, ...parts: readonly Uint8Array[]): Buffer {
  const start = Buffer.alloc(header);
  start[0] = form;
  start.writeUInt32LE(count, 4);
  return Buffer.concat([start, ...parts]);
}

/** A copy, because the numbers have to begin at a multiple of their size. */
const copyOf = (body: Buffer, from: number, to: number): ArrayBuffer => new Uint8Array(body.subarray(from, to)).buffer;

/** What each number is more than the one before, where that is the same to the last bit; null otherwise. */
function evenRise(values: Float64Array): number | null {
  const [first, second] = values;
  if (first === undefined || second === undefined || !Number.isFinite(first)) return null;
  const rise = second - first;
  for (let index = 0; index < values.length; index += 1) if (!Object.is(values[index], first + index * rise)) return null;
  return rise;
}
