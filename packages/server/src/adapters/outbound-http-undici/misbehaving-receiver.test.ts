import { gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import type { OutboundHttp } from "../../ports/outbound-http/port.ts";
import { maxResponseBodyBytes } from "../../ports/outbound-http/port.ts";
import type { Receiver } from "./testing/receivers.ts";
import { httpReceiver, onLoopback, post, pump, rawReceiver, readAll, responseOf } from "./testing/receivers.ts";
import { makeUndiciOutboundHttp } from "./undici-outbound-http.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(receiver: Promise<Receiver>): Promise<Receiver & { http: OutboundHttp }> {
  const ready = await receiver;
  const http = makeUndiciOutboundHttp(onLoopback);
  cleanups.push(ready.stop, () => http.close());
  return { ...ready, http };
}

const raw = (text: string, then: "end" | "reset" | "keep" = "end"): Promise<Receiver> =>
  rawReceiver((socket) => socket.write(text, () => {
    if (then === "end") socket.end();
    if (then === "reset") socket.resetAndDestroy();
  }));

it("a body that drips is cut at the deadline, and the status counts", async () => {
  const { http, url } = await started(rawReceiver((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(drip));
  }));
  const response = responseOf(await http.send(post(url, { timeoutMs: 200 })));
  expect(response).toMatchObject({ status: 200, bodyTruncated: true });
});

it("headers that drip end in a timeout", async () => {
  const { http, url } = await started(rawReceiver((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const drip = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(drip));
  }));
  expect(await http.send(post(url, { timeoutMs: 200 }))).toMatchObject({ kind: "failed", code: "timeout" });
});

it("a slow flood of 103 ends at the deadline, a fast one at once", async () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
  const slow = await started(rawReceiver((socket) => {
    const drip = setInterval(() => socket.write(hints), 50);
    socket.on("close", () => clearInterval(drip));
  }));
  expect(await slow.http.send(post(slow.url, { timeoutMs: 200 }))).toMatchObject({ kind: "failed", code: "timeout" });
  const fast = await started(rawReceiver((socket) => pump(socket, Buffer.from(hints.repeat(100)))));
  expect(await fast.http.send(post(fast.url))).toMatchObject({ kind: "failed", code: "protocol_error" });
});

it("a few 103 before the answer do no harm", async () => {
  const { http, url } = await started(raw("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok", "keep"));
  expect(responseOf(await http.send(post(url)))).toMatchObject({ status: 200, headers: { "x-a": "b" }, body: Buffer.from("ok"), bodyTruncated: false });
});

it("of a 1 GiB body 64 KiB are read, and then the connection is cut", async () => {
  let closed: () => void = () => undefined;
  let written = 0;
  const cut = new Promise<void>((resolve) => (closed = resolve));
  const { http, url } = await started(rawReceiver((socket) => {
    socket.on("close", () => {
      written = socket.bytesWritten;
      closed();
    });
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
    pump(socket, Buffer.alloc(64 * 1024, "x"));
  }));
  const response = responseOf(await http.send(post(url)));
  expect([response.body.length, response.bodyTruncated]).toEqual([maxResponseBodyBytes, true]);
  await cut;
  expect(written).toBeLessThan(2 ** 26);
});

it("a gzip bomb is kept as it came, not inflated, and none was asked for", async () => {
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  let accepted: string | string[] | undefined;
  const { http, url } = await started(httpReceiver((request, response) => {
    accepted = request.headers["accept-encoding"];
    response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
  }));
  const response = responseOf(await http.send(post(url)));
  expect(response.body.equals(bomb.subarray(0, maxResponseBodyBytes))).toBe(true);
  expect(accepted).toBe("identity");
});

it.each([["one header of 70 kB", `x-a: ${"b".repeat(70_000)}\r\n`], ["many headers of 70 kB", `x-a: ${"b".repeat(60)}\r\n`.repeat(1_100)]])("%s fails with headers_too_large", async (_, headers) => {
  const { http, url } = await started(raw(`HTTP/1.1 200 OK\r\n${headers}\r\n`, "keep"));
  expect(await http.send(post(url))).toMatchObject({ kind: "failed", code: "headers_too_large" });
});

it.each([
  ["garbage", "\u0000\u0001\u0002 garbage \r\n\r\n"],
  ["another protocol", "220 mail.example.com ESMTP\r\n"],
  ["an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"],
  ["a 100 that nobody asked for", "HTTP/1.1 100 Continue\r\n\r\n"],
  ["two different lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
])("%s fails with protocol_error", async (_, text) => {
  const { http, url } = await started(raw(text, "keep"));
  expect(await http.send(post(url))).toMatchObject({ kind: "failed", code: "protocol_error" });
});

it.each(["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n"])("closing after %j fails with connection_reset", async (text) => {
  const { http, url } = await started(raw(text));
  expect(await http.send(post(url))).toMatchObject({ kind: "failed", code: "connection_reset" });
});

it.each([["fewer bytes than announced", "end"], ["a reset in the middle", "reset"]] as const)("%s, after whole headers, is an answer with a truncated body", async (_, then) => {
  const { http, url } = await started(raw("HTTP/1.1 202 Accepted\r\ncontent-length: 50\r\n\r\nhalf", then));
  expect(responseOf(await http.send(post(url)))).toMatchObject({ status: 202, bodyTruncated: true });
});

it("a body without a length ends with the connection, and is whole", async () => {
  const { http, url } = await started(raw("HTTP/1.1 200 OK\r\n\r\nall of it"));
  expect(responseOf(await http.send(post(url)))).toMatchObject({ body: Buffer.from("all of it"), bodyTruncated: false });
});

it("headers are data: repeated ones are joined, and __proto__ is a name like any other", async () => {
  const { http, url } = await started(raw("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n", "keep"));
  const { headers } = responseOf(await http.send(post(url)));
  expect(headers["set-cookie"]).toBe("a=1, b=2");
  expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
});

it("a second answer that nobody asked for reaches no later request", async () => {
  const { http, url } = await started(raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong", "keep"));
  expect(responseOf(await http.send(post(url))).body.toString()).toBe("1");
  expect(responseOf(await http.send(post(url))).body.toString()).toBe("1");
});

it.each([{ "x-a": "b\r\nhost: 10.0.0.1" }, { "x-a": "b\u0000" }, { "x a": "b" }, { "": "b" }])("a header that can not be sent (%j) fails with invalid_request, and nothing is sent", async (headers) => {
  const { http, url, connections } = await started(httpReceiver((_, response) => response.end()));
  expect(await http.send(post(url, { headers }))).toMatchObject({ kind: "failed", code: "invalid_request" });
  expect(connections()).toBe(0);
});

it("a proxy in the environment is not used", async () => {
  const proxy = await started(httpReceiver((_, response) => response.end("proxied")));
  const { http, url } = await started(httpReceiver((request, response) => void readAll(request).then(() => response.end("direct"))));
  const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"];
  for (const name of names) process.env[name] = proxy.url;
  cleanups.push(async () => {
    await Promise.resolve();
    for (const name of names) delete process.env[name];
  });
  expect(responseOf(await http.send(post(url))).body.toString()).toBe("direct");
  expect(proxy.connections()).toBe(0);
});
