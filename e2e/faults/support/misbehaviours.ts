import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { answer } from "./ledger.ts";
import type { Behaviour } from "./ledger.ts";

/** `reason` is that of each misbehaved attempt; null where the delivery counts as it is. */
export type Misbehaviour = { fault: string; reason: string | null; behaviour: Behaviour };

const socketOf = (response: ServerResponse): Socket => {
  if (response.socket === null) throw new Error("the connection is gone");
  response.socket.on("error", () => undefined);
  return response.socket;
};

/** Writes as fast as the other side takes it, until `bytes` are written or the connection is cut. */
function pump(socket: Socket, chunk: Buffer, bytes: number): void {
  let left = bytes;
  const write = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on("drain", write);
  write();
}

/** Writes a few bytes every 100 ms until the connection is cut. */
function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(text)), 100);
  socket.on("close", () => clearInterval(timer));
}

const raw = (head: string): Behaviour => (_, response) => void socketOf(response).end(head);
const redirect = (status: number, location: string): Misbehaviour => ({ fault: `answers ${status}`, reason: "redirect", behaviour: answer(status, { location: `${location}/canary` }) });
const status = (code: number, headers: Record<string, string> = {}): Misbehaviour => ({ fault: `answers ${code}${headers["retry-after"] === undefined ? "" : `, Retry-After: ${headers["retry-after"]}`}`, reason: "status_not_success", behaviour: answer(code, headers) });

const gib = 1 << 30;
const zeros = Buffer.alloc(1 << 16);
const accepted = (behaviour: Behaviour): Behaviour => (request, response, arrival) => {
  arrival.accepted = true;
  return behaviour(request, response, arrival);
};
const hugeBody = (line: string): Behaviour => (_, response) => {
  const socket = socketOf(response);
  socket.write(`HTTP/1.1 ${line}\r\ncontent-length: ${gib}\r\n\r\n`);
  pump(socket, zeros, gib);
};
const bomb = gzipSync(Buffer.alloc(200 << 20), { level: 9 });

/** In every way of security.md's list; `canary` is where redirects point. */
export const misbehaviours = (canary: string): Record<string, Misbehaviour> => ({
  resets: { fault: "resets the connection", reason: "connection_reset", behaviour: (_, response) => void socketOf(response).resetAndDestroy() },
  silent: { fault: "never answers", reason: "timeout", behaviour: () => undefined },
  "drips-headers": { fault: "drips its headers", reason: "timeout", behaviour: (_, response) => {
    socketOf(response).write("HTTP/1.1 200 OK\r\nx-slow: ");
    drip(socketOf(response), "a");
  } },
  "drips-body": { fault: "drips its body (the status counts)", reason: null, behaviour: accepted((_, response) => {
    socketOf(response).write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n");
    drip(socketOf(response), "a");
  }) },
  "early-hints": { fault: "floods with 103", reason: "protocol_error", behaviour: (_, response) => pump(socketOf(response), Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"), 10 << 20) },
  "huge-body": { fault: "answers 200 with a body of 1 GiB", reason: null, behaviour: accepted(hugeBody("200 OK")) },
  "huge-error": { fault: "answers 500 with a body of 1 GiB", reason: "status_not_success", behaviour: hugeBody("500 Broken") },
  "gzip-bomb": { fault: "answers 200 with a gzip bomb", reason: null, behaviour: (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb) },
  "huge-header": { fault: "answers with a header of 70 kB", reason: "headers_too_large", behaviour: (_, response) => void socketOf(response).end(`HTTP/1.1 200 OK\r\nx-big: ${"x".repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`) },
  garbage: { fault: "answers garbage", reason: "protocol_error", behaviour: raw("\u0000\u00ff SMTP ready\r\n\r\n") },
  "half-answer": { fault: "closes within its headers", reason: "connection_reset", behaviour: raw("HTTP/1.1 200 OK\r\ncontent-le") },
  "no-content": { fault: "answers 204", reason: null, behaviour: (_, response) => response.writeHead(204).end() },
  "accepted-later": { fault: "answers 202", reason: null, behaviour: answer(202) },
  "moved-301": redirect(301, canary),
  "moved-302": redirect(302, canary),
  "moved-307": redirect(307, canary),
  "moved-308": redirect(308, canary),
  unauthorized: status(401),
  busy: status(429, { "retry-after": "1" }),
  "busy-date": { fault: "answers 503, Retry-After: a date 2 s ahead", reason: "status_not_success", behaviour: (request, response, arrival) => answer(503, { "retry-after": new Date(Date.now() + 2_000).toUTCString() })(request, response, arrival) },
  "busy-negative": status(429, { "retry-after": "-5" }),
  "busy-words": status(503, { "retry-after": "after lunch" }),
  "busy-past": status(429, { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }),
  broken: status(500),
});
