import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { OutboundHttp } from "../../ports/outbound-http/port.ts";
import type { Receiver } from "./testing/receivers.ts";
import { listen, onLoopback, post, responseOf } from "./testing/receivers.ts";
import { makeUndiciOutboundHttp } from "./undici-outbound-http.ts";

type Pair = { key: string; cert: string };

let folder: string;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bellhop-tls-"));
});
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
  rmSync(folder, { recursive: true });
});

function selfSigned(name: string, more: readonly string[]): Pair {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-subj", `/CN=${name}`, ...more];
  execFileSync("openssl", args, { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

/** The same certificate, its validity ended yesterday. */
function expired(pair: Pair): Pair {
  const key = join(folder, "resign.key");
  writeFileSync(key, pair.key);
  return { ...pair, cert: execFileSync("openssl", ["x509", "-signkey", key, "-days", "-1"], { input: pair.cert, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] }) };
}

async function secureReceiver(pair: Pair, trusted: readonly string[]): Promise<Receiver & { http: OutboundHttp; servernames: unknown[]; hosts: unknown[] }> {
  const servernames: unknown[] = [];
  const hosts: unknown[] = [];
  const server = createHttps(pair, (request, response) => {
    hosts.push(request.headers.host);
    request.resume().on("end", () => response.end("secure"));
  });
  server.on("secureConnection", (socket: TLSSocket & { servername?: string | false }) => servernames.push(socket.servername));
  const receiver = await listen(server, "https");
  const http = makeUndiciOutboundHttp({ ...onLoopback, trustedCertificates: trusted });
  cleanups.push(receiver.stop, () => http.close());
  return { ...receiver, http, servernames, hosts };
}

it("a certificate that is self-signed is refused before a byte of the request is sent", async () => {
  const pair = selfSigned("selfsigned", ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
  const { http, url, hosts } = await secureReceiver(pair, []);
  expect(await http.send(post(url))).toMatchObject({ kind: "failed", code: "tls_failure", detail: "the certificate is self-signed" });
  expect(hosts).toEqual([]);
});

it("a trusted certificate is accepted; the name goes into SNI and Host, an IP literal into Host only; TLS has a time of its own", async () => {
  const pair = selfSigned("trusted", ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
  const { http, port, servernames, hosts } = await secureReceiver(pair, [pair.cert]);
  const byName = await http.send(post(`https://localhost:${port}/`));
  const byAddress = await http.send(post(`https://127.0.0.1:${port}/`));
  expect([responseOf(byName).body.toString(), responseOf(byAddress).body.toString()]).toEqual(["secure", "secure"]);
  expect(servernames).toEqual(["localhost", false]);
  expect(hosts).toEqual([`localhost:${port}`, `127.0.0.1:${port}`]);
  expect(byName.timing).toMatchObject({ dnsMs: null, connectMs: expect.any(Number), tlsMs: expect.any(Number) });
});

it("a trusted certificate for another name is refused", async () => {
  const pair = selfSigned("othername", ["-addext", "subjectAltName=DNS:hooks.example.com"]);
  const { http, port } = await secureReceiver(pair, [pair.cert]);
  for (const host of ["localhost", "127.0.0.1"]) {
    expect(await http.send(post(`https://${host}:${port}/`))).toMatchObject({ kind: "failed", code: "tls_failure", detail: "the certificate is for another name" });
  }
});

it("a certificate that has expired is refused", async () => {
  const pair = expired(selfSigned("expired", ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]));
  const { http, url } = await secureReceiver(pair, [pair.cert]);
  expect(await http.send(post(url))).toMatchObject({ kind: "failed", code: "tls_failure", detail: "the certificate has expired" });
});

it("the environment can not switch the certificate check off", async () => {
  const pair = selfSigned("unchecked", ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
  const { http, url } = await secureReceiver(pair, []);
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const outcome = await http.send(post(url));
  delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  expect(outcome).toMatchObject({ kind: "failed", code: "tls_failure" });
});

it("a receiver that does not speak TLS fails with tls_failure, and one that is silent with timeout", async () => {
  const plain = await listen(createTcp((socket) => void socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n")), "https");
  const silent = await listen(createTcp((socket) => void socket.on("error", () => undefined)), "https");
  const http = makeUndiciOutboundHttp(onLoopback);
  cleanups.push(plain.stop, silent.stop, () => http.close());
  expect(await http.send(post(plain.url))).toMatchObject({ kind: "failed", code: "tls_failure" });
  expect(await http.send(post(silent.url, { timeoutMs: 150 }))).toMatchObject({ kind: "failed", code: "timeout" });
});
