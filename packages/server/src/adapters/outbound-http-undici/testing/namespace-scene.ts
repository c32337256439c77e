/**
 * Runs inside a network namespace of its own, where public and private addresses lie on `lo`: canaries on the private
 * ones, a receiver on the public one, and a name server on real sockets is replaced by a script. Prints what happened.
 */
import { createServer } from "node:http";
import { parseAllowList } from "../../../domain/endpoint/allow-list.ts";
import { systemClock } from "../../../kit/clock.ts";
import type { NameResolver } from "../resolve-addresses.ts";
import { makeUndiciOutboundHttp } from "../undici-outbound-http.ts";

const zone: Readonly<Record<string, readonly string[]>> = {
  "good.example.com": ["93.184.216.34"],
  "both.example.com": ["93.184.216.35", "93.184.216.34"],
  "mixed.example.com": ["93.184.216.34", "10.0.0.1"],
  "private.example.com": ["10.0.0.1"],
  "metadata.example.com": ["169.254.169.254"],
  "opened.example.com": ["192.168.7.7"],
};

const resolver: NameResolver = {
  resolve4: (host) => Promise.resolve(zone[host] ?? []),
  resolve6: () => Promise.resolve([]),
};

const hits: Record<string, number> = {};
const hosts: Record<string, string> = {};

const listen = (address: string): Promise<void> =>
  new Promise((resolve) => {
    hits[address] = 0;
    const server = createServer((request, response) => {
      hosts[address] = request.headers.host ?? "";
      response.end("ok");
    });
    server.on("connection", () => (hits[address] = (hits[address] ?? 0) + 1));
    server.listen(8080, address, resolve);
  });

for (const address of ["93.184.216.34", "10.0.0.1", "169.254.169.254", "192.168.7.7", "127.0.0.1"]) await listen(address);

const allowed = parseAllowList("192.168.7.0/24:8080, 10.9.0.0/16");
const http = makeUndiciOutboundHttp({ allowLoopback: false, allowedNetworks: allowed.ok ? allowed.entries : [], clock: systemClock, resolver });

const outcomes: Record<string, string> = {};
for (const host of [...Object.keys(zone), "10.0.0.1", "127.0.0.1", "169.254.169.254", "93.184.216.34", "192.168.7.7", "localhost"]) {
  const outcome = await http.send({ method: "POST", url: `http://${host}:8080/`, headers: {}, body: null, timeoutMs: 5_000 });
  outcomes[host] = outcome.kind === "answered" ? `answered ${outcome.remoteAddress ?? ""}` : `${outcome.kind} ${outcome.code}`;
}
console.log(JSON.stringify({ outcomes, hits, hosts }));
process.exit(0);
