import type { ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { httpReceiver, onLoopback, post, responseOf } from "./testing/receivers.ts";
import type { UndiciOutboundHttpOptions } from "./undici-outbound-http.ts";
import { makeUndiciOutboundHttp } from "./undici-outbound-http.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(onRequest: (response: ServerResponse) => void, options: Partial<UndiciOutboundHttpOptions> = {}) {
  const receiver = await httpReceiver((request, response) => request.resume().on("end", () => onRequest(response)));
  const http = makeUndiciOutboundHttp({ ...onLoopback, ...options });
  cleanups.push(receiver.stop, () => http.close());
  return { http, ...receiver };
}

it("one connection carries request after request, and only the first shows a connect time", async () => {
  const { http, url, connections } = await start((response) => response.end("ok"));
  const first = await http.send(post(url));
  const second = await http.send(post(url));
  expect(connections()).toBe(1);
  expect(first.timing).toEqual({ dnsMs: null, connectMs: expect.any(Number), tlsMs: null, firstByteMs: expect.any(Number), totalMs: expect.any(Number) });
  expect(second.timing).toEqual({ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: expect.any(Number), totalMs: expect.any(Number) });
  expect([first, second]).toMatchObject([{ remoteAddress: "127.0.0.1" }, { remoteAddress: "127.0.0.1" }]);
});

it("after a Connection: close the next request dials again", async () => {
  const { http, url, connections } = await start((response) => response.writeHead(200, { connection: "close" }).end("ok"));
  for (let count = 0; count < 3; count += 1) expect(responseOf(await http.send(post(url))).body.toString()).toBe("ok");
  expect(connections()).toBe(3);
});

it("a connection that served for a minute is not used again", async () => {
  let now = 0;
  const { http, url, connections } = await start((response) => response.end("ok"), { clock: { now: () => new Date(0), monotonic: () => now } });
  await http.send(post(url));
  await http.send(post(url));
  expect(connections()).toBe(1);
  now = 60_000;
  await http.send(post(url));
  await http.send(post(url));
  expect(connections()).toBe(2);
});

it("no origin gets more connections than allowed, and those who wait are served in turn", async () => {
  const held: ServerResponse[] = [];
  let arrived: () => void = () => undefined;
  const { http, url, connections } = await start((response) => {
    held.push(response);
    arrived();
  }, { maxConnectionsPerOrigin: 2 });
  const arrivals = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  };
  const all = Promise.all(Array.from({ length: 6 }, () => http.send(post(url))));
  for (let served = 0; served < 6; served += 1) {
    await arrivals(Math.min(6, served + 2));
    expect(held.length).toBe(Math.min(6, served + 2));
    held[served]?.end("ok");
  }
  expect((await all).map((outcome) => responseOf(outcome).status)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(connections()).toBe(2);
});

it("who waits for a connection until the deadline fails with timeout, and is never sent", async () => {
  let requests = 0;
  const { http, url } = await start(() => (requests += 1), { maxConnectionsPerOrigin: 1 });
  const holder = http.send(post(url, { timeoutMs: 400 }));
  expect(await http.send(post(url, { timeoutMs: 50 }))).toMatchObject({ kind: "failed", code: "timeout" });
  expect(await holder).toMatchObject({ kind: "failed", code: "timeout" });
  expect(requests).toBe(1);
});

it("a dead request's place is taken by the next one who waits", async () => {
  let requests = 0;
  const { http, url } = await start((response) => {
    requests += 1;
    if (requests > 1) response.end("ok");
  }, { maxConnectionsPerOrigin: 1 });
  const dead = http.send(post(url, { timeoutMs: 100 }));
  const next = http.send(post(url));
  expect(await dead).toMatchObject({ kind: "failed", code: "timeout" });
  expect(responseOf(await next).body.toString()).toBe("ok");
});

it("the least recently used origin is let go of when there are too many", async () => {
  const options = { maxIdleOrigins: 2 };
  const [a, b, c] = [await start((response) => response.end()), await start((response) => response.end()), await start((response) => response.end())];
  const http = makeUndiciOutboundHttp({ ...onLoopback, ...options });
  cleanups.push(() => http.close());
  for (const { url } of [a, b, a, c, a, b]) await http.send(post(url));
  expect([a.connections(), b.connections(), c.connections()]).toEqual([1, 2, 1]);
});

it("close ends what is under way with closed", async () => {
  let arrived: () => void = () => undefined;
  const request = new Promise<void>((resolve) => (arrived = resolve));
  const { http, url } = await start(() => arrived());
  const outcome = http.send(post(url));
  await request;
  await http.close();
  expect(await outcome).toMatchObject({ kind: "failed", code: "closed" });
});
