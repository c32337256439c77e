import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";

export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
export type Answer = { status: number; headers?: Record<string, string>; body?: string };

export type Receiver = {
  url: string;
  received: Received[];
  /** What the receiver answers from now on; it may take its time. */
  answer(how: (request: Received, count: number) => Answer | Promise<Answer>): void;
  close(): Promise<void>;
};

/** A webhook receiver on a real socket of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let how: (request: Received, count: number) => Answer | Promise<Answer> = () => ({ status: 200, body: "ok" });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      void Promise.resolve(how(one, received.length)).then(({ status, headers, body }) => response.writeHead(status, headers).end(body ?? ""));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answer: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
