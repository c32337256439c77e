import type { ByteRange } from "../../ports/object-store/port.ts";

/** One range of a `Range` header: from a position, or the last so many bytes. */
export type AskedRange = { kind: "from"; range: ByteRange } | { kind: "last"; length: number };

/** Null for no range, and for what RFC 9110 lets a server answer in full: several ranges, other units, nonsense. */
export function readRange(header: string | undefined): AskedRange | null {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "") return last === "" ? null : { kind: "last", length: Number(last) };
  const range = { start: Number(first), end: last === "" ? Number.MAX_SAFE_INTEGER : Number(last) };
  return range.start > range.end ? null : { kind: "from", range };
}

/** Where the range lies in content of this size. */
export function placeRange(asked: AskedRange, sizeBytes: number): ByteRange {
  return asked.kind === "from" ? asked.range : { start: Math.max(0, sizeBytes - asked.length), end: Math.max(0, sizeBytes - 1) };
}
