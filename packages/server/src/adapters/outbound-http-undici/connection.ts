import { Client } from "undici";
import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import type { Dial, DialContext } from "./dial.ts";
import { dial } from "./dial.ts";

/**
 * One undici Client, that is one socket, and how it came to be. One Client each instead of undici's Pool, because a
 * Pool does not tell which request opened which socket, and the timing split has to.
 */
export type Connection = {
  readonly client: Client;
  readonly origin: string;
  readonly openedAt: number;
  /** For the request under way; on the monotonic clock. */
  deadline: number;
  /** The dial that the request under way has caused; `null` on a kept connection. */
  dial: Dial | null;
  remoteAddress: string | null;
};

/** A receiver's Keep-Alive header may shorten this, never lengthen it. */
const keepAliveMs = 4_000;

const maxHeaderBytes = 16 * 1024;

/** Does not connect yet; undici dials for the first request, and again if the receiver has hung up in between. */
export function openConnection(endpoint: Endpoint, deadline: number, context: DialContext): Connection {
  const client = new Client(endpoint.origin, {
    connect: (_, callback) => {
      connection.dial = null;
      const onDialed = (done: Dial): void => {
        connection.dial = done;
        // What went wrong stands in `dial`, as a value; undici only has to learn that there is no socket.
        if (done.result.kind !== "connected") return callback(new Error("not connected"), null);
        connection.remoteAddress = done.result.remoteAddress;
        callback(null, done.result.socket);
      };
      const onDefect = (error: unknown): void => callback(new Error("the dial is defective", { cause: error }), null);
      dial(endpoint, connection.deadline, context).then(onDialed, onDefect);
    },
    allowH2: false,
    useMilo: false,
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // The request's own deadline covers both; these would only be further timers.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const connection: Connection = { client, origin: endpoint.origin, openedAt: context.clock.monotonic(), deadline, dial: null, remoteAddress: null };
  return connection;
}
