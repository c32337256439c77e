import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Server } from "node:net";

/** One request as it came: which webhook (the path's last part), about what, under which webhook-id, and what it got. */
export type Arrival = {
  hook: string;
  about: string;
  id: string;
  body: string;
  headers: IncomingHttpHeaders;
  at: number;
  /** Of this hook and id, from 1. */
  attempt: number;
  /** A whole 2xx answer was written: the delivery counts. */
  accepted: boolean;
};

export type Behaviour = (request: IncomingMessage, response: ServerResponse, arrival: Arrival) => unknown;

export type Ledger = {
  arrivals: Arrival[];
  origin: string;
  port: number;
  /** Address for the webhook of that name. */
  urlOf(hook: string): string;
  /** From now on this is how requests are answered. */
  behave(behaviour: Behaviour): void;
  /** Stops listening and cuts all connections, as a receiver does that goes down. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
};

export const answer = (status: number, headers: Record<string, string> = {}): Behaviour => (_, response) => response.writeHead(status, headers).end("noted");

/** What a delivery is counted under: it has to arrive once for each of these. */
export const keyOf = (hook: string, about: string): string => `${hook} ${about}`;

type Make = (listener: RequestListener) => Server & { closeAllConnections(): void };

export type LedgerOptions = { make?: Make; scheme?: string; host?: string };

/** A receiver that notes down every request before it does anything else. */
export async function startLedger({ make = createServer, scheme = "http", host = "127.0.0.1" }: LedgerOptions = {}): Promise<Ledger> {
  const arrivals: Arrival[] = [];
  let behaviour = answer(200);
  const seen = new Map<string, number>();
  const server = make((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const hook = (request.url ?? "").split("/").at(-1) ?? "";
      const id = String(request.headers["webhook-id"]);
      const attempt = (seen.get(`${hook} ${id}`) ?? 0) + 1;
      seen.set(`${hook} ${id}`, attempt);
      const arrival = { hook, about: String(JSON.parse(body).about), id, body, headers: request.headers, at: performance.now(), attempt, accepted: false };
      arrivals.push(arrival);
      response.on("finish", () => { arrival.accepted ||= response.statusCode >= 200 && response.statusCode < 300; });
      void behaviour(request, response, arrival);
    });
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  };
  const down = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    if (server.listening) await once(server, "close");
  };
  const port = await listen(0);
  const origin = `${scheme}://${scheme === "https" ? "localhost" : host}:${port}`;
  return {
    arrivals, origin, port, down,
    urlOf: (hook) => `${origin}/${hook}`,
    behave: (next) => { behaviour = next; },
    up: async () => void (await listen(port)),
    close: down,
  };
}
