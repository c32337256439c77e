import { createServer } from "node:net";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { OutboundHttpWorld, ReceiverBehaviour, SeenRequest } from "../../ports/outbound-http/conformance.ts";
import { outboundHttpConformance } from "../../ports/outbound-http/conformance.ts";
import type { Receiver } from "./testing/receivers.ts";
import { httpReceiver, listen, onLoopback, readAll } from "./testing/receivers.ts";
import { makeUndiciOutboundHttp } from "./undici-outbound-http.ts";

async function behave(behaviour: ReceiverBehaviour, request: IncomingMessage, response: ServerResponse): Promise<SeenRequest> {
  const body = await readAll(request);
  switch (behaviour.kind) {
    case "answer":
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      break;
    case "reset":
      request.socket.resetAndDestroy();
      break;
    case "silent":
      break;
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? "", path: request.url ?? "", headers, body };
}

function realWorld(): OutboundHttpWorld {
  const started: Receiver[] = [];
  return {
    http: makeUndiciOutboundHttp(onLoopback),
    receiver: async (behaviour) => {
      const seen: SeenRequest[] = [];
      const receiver = await httpReceiver((request, response) => {
        void behave(behaviour, request, response).then((one) => seen.push(one));
      });
      started.push(receiver);
      return { url: receiver.url, seen: () => seen };
    },
    deadUrl: async () => {
      const receiver = await listen(createServer());
      await receiver.stop();
      return receiver.url;
    },
    stop: async () => {
      await Promise.all(started.map((receiver) => receiver.stop()));
    },
  };
}

outboundHttpConformance("undici", () => Promise.resolve(realWorld()));
