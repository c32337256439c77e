import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";

export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string; at: number };

export type Receiver = { url: string; port: number; received: Received[]; close(): Promise<void> };

/** A webhook receiver of this machine; answers what `status` says, 200 unless told otherwise. */
export async function startReceiver(options: { port?: number; status?: (count: number, request: Received) => number | Promise<number> } = {}): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString(), at: performance.now() };
      received.push(one);
      void Promise.resolve(options.status?.(received.length, one) ?? 200).then((status) => response.writeHead(status).end("thank you"));
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/deploy`,
    port: address.port,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
