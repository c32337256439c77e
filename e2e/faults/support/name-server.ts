import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What is said about a name: its addresses, an error, or nothing at all. */
export type Zone = Map<string, readonly string[] | "nxdomain" | "servfail" | "silent">;

const codes = { nxdomain: 3, servfail: 2 } as const;
const [typeA, headBytes] = [1, 12];

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = headBytes;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function reply(message: Buffer, zone: Zone): Buffer | null {
  const { name, type, end } = readQuestion(message);
  const said = zone.get(name) ?? "nxdomain";
  if (said === "silent") return null;
  const code = typeof said === "string" ? codes[said] : 0;
  const addresses = typeof said === "string" || type !== typeA ? [] : said;
  const head = Buffer.alloc(headBytes);
  message.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  // Name by reference, A, IN, no time to live, four bytes.
  const records = addresses.map((address) => Buffer.from([0xc0, headBytes, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]));
  return Buffer.concat([head, message.subarray(headBytes, end), ...records]);
}

/** A name server on UDP that says what stands in `zone` at that moment. */
export async function startNameServer(zone: Zone, port: number): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const answer = reply(message, zone);
    if (answer !== null) socket.send(answer, from.port, from.address);
  });
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
}
