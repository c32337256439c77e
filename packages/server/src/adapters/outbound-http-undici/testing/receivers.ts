import { createServer as createHttp, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { systemClock } from "../../../kit/clock.ts";
import type { OutboundOutcome, OutboundRequest, OutboundResponse } from "../../../ports/outbound-http/port.ts";
import type { UndiciOutboundHttpOptions } from "../undici-outbound-http.ts";

export const onLoopback: UndiciOutboundHttpOptions = { allowLoopback: true, allowedNetworks: [], clock: systemClock };

export const post = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: "POST", url, headers: { "content-type": "application/json" }, body: Buffer.from("{}"), timeoutMs: 10_000, ...more,
});

export type Receiver = { url: string; port: number; connections(): number; stop(): Promise<void> };

export const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
};

/** Listens on a free port of loopback, counts connections, and cuts them all when it stops. */
export async function listen(server: Server, scheme = "http"): Promise<Receiver> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  const stop = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
  return { url: `${scheme}://127.0.0.1:${port}`, port, connections: () => connections, stop };
}

/** A receiver that speaks HTTP properly. */
export const httpReceiver = (listener: RequestListener): Promise<Receiver> => listen(createHttp(listener));

/** A receiver that does what it likes with the socket, once the first bytes of a request have come. */
export const rawReceiver = (onRequest: (socket: Socket) => void): Promise<Receiver> =>
  listen(createTcp((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => onRequest(socket));
  }));

export function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).once("end", () => resolve(Buffer.concat(chunks))).once("error", reject);
  });
}

export function responseOf(outcome: OutboundOutcome): OutboundResponse {
  if (outcome.kind !== "answered") throw new Error(`expected an answer, got ${JSON.stringify(outcome)}`);
  return outcome.response;
}

/** Writes `chunk` for as long as the socket takes it, as fast as it does. */
export function pump(socket: Socket, chunk: Buffer): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", write);
  write();
}

