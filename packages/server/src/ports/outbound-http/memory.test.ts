import { expect, it } from "vitest";
import type { OutboundHttpWorld, ReceiverBehaviour, SeenRequest } from "./conformance.ts";
import { outboundHttpConformance } from "./conformance.ts";
import type { MemoryAnswer } from "./memory.ts";
import { makeMemoryOutboundHttp } from "./memory.ts";
import type { OutboundRequest } from "./port.ts";

type Receiver = { behaviour: ReceiverBehaviour; seen: SeenRequest[] };

const toSeen = (request: OutboundRequest): SeenRequest => {
  const url = new URL(request.url);
  return { method: request.method, path: url.pathname + url.search, headers: { ...request.headers }, body: request.body ?? Buffer.alloc(0) };
};

function answerOf(receiver: Receiver | undefined, request: OutboundRequest): MemoryAnswer {
  if (!receiver) return { kind: "fail", code: "connect_failed" };
  receiver.seen.push(toSeen(request));
  switch (receiver.behaviour.kind) {
    case "answer":
    case "silent":
      return receiver.behaviour;
    case "reset":
      return { kind: "fail", code: "connection_reset" };
  }
}

function memoryWorld(): OutboundHttpWorld {
  const receivers = new Map<string, Receiver>();
  let port = 20_000;
  return {
    http: makeMemoryOutboundHttp({
      policy: { allowLoopback: true, allowedNetworks: [] },
      answer: (request) => answerOf(receivers.get(new URL(request.url).origin), request),
    }),
    receiver: (behaviour) => {
      const url = `http://127.0.0.1:${++port}`;
      const receiver: Receiver = { behaviour, seen: [] };
      receivers.set(url, receiver);
      return Promise.resolve({ url, seen: () => receiver.seen });
    },
    deadUrl: () => Promise.resolve("http://127.0.0.1:19999"),
    stop: () => Promise.resolve(),
  };
}

outboundHttpConformance("memory", () => Promise.resolve(memoryWorld()));

it("a name that resolves to a private address is refused, and one without address fails", async () => {
  const http = makeMemoryOutboundHttp({ resolve: (host) => (host === "inside.example.com" ? ["93.184.216.34", "10.0.0.1"] : []) });
  const request = { method: "POST", headers: {}, body: null, timeoutMs: 1000 } as const;
  expect(await http.send({ ...request, url: "https://inside.example.com/" })).toMatchObject({ kind: "refused", code: "address_not_public", where: "address 10.0.0.1" });
  expect(await http.send({ ...request, url: "https://gone.example.com/" })).toMatchObject({ kind: "failed", code: "dns_failure" });
  expect(await http.check("https://gone.example.com/")).toMatchObject({ ok: false, code: "name_not_resolved" });
  expect(http.sent).toHaveLength(0);
});
