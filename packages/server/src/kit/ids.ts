import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes ids. A type of its own, so that a test can hand in ids that it can foretell. */
export type IdMaker = () => string;

const counterSize = 1 << 12;

/**
 * UUID version 7 (RFC 9562): 48 bits of milliseconds, a counter of 12 bits, then chance. Ids of one maker sort in the
 * order in which they were made, also within a millisecond and over a clock that is set back: histories are read by it.
 */
export function uuidv7Maker(clock: Clock, random: Random): IdMaker {
  let [millisecond, counter] = [0, 0];
  return () => {
    const bytes = random.bytes(16);
    const now = clock.now().getTime();
    counter += 1;
    if (now > millisecond || counter === counterSize) {
      millisecond = Math.max(now, millisecond + 1);
      // Begins at chance, in the lower half, so that there is room to count.
      counter = bytes.readUInt16BE(6) % (counterSize / 2);
    }
    bytes.writeUIntBE(millisecond, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}

/** The least id of version 7 that could be made at a time. */
export function leastUuidAt(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text can be one of our ids at all; ask before it goes to the database as a uuid. */
export const isUuid = (text: string): boolean => uuid.test(text);
