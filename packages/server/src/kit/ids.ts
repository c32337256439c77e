import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes ids. A type of its own, so that a test can hand in ids that it can foretell. */
export type IdMaker = () => string;

/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then chance; ids made later sort later. */
export function uuidv7Maker(clock: Clock, random: Random): IdMaker {
  return () => {
    const bytes = random.bytes(16);
    bytes.writeUIntBE(clock.now().getTime(), 0, 6);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text can be one of our ids at all; ask before it goes to the database as a uuid. */
export const isUuid = (text: string): boolean => uuid.test(text);
