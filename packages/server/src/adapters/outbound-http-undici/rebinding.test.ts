import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../kit/clock.ts";
import type { NameResolver } from "./resolve-addresses.ts";
import { httpReceiver, post } from "./testing/receivers.ts";
import { makeUndiciOutboundHttp } from "./undici-outbound-http.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Answer = readonly string[] | string;

const dnsError = (code: string): Error => Object.assign(new Error(`query ${code} canary`), { code });

/** A name server that gives the scripted answers one after the other, the last one for ever; text is an error code. */
function scripted(a: readonly Answer[], aaaa: readonly Answer[]): NameResolver & { asked(): number } {
  let asked = 0;
  const take = (script: readonly Answer[], index: number): Promise<readonly string[]> => {
    const answer = script[Math.min(index, script.length - 1)] ?? "ENODATA";
    return typeof answer === "string" ? Promise.reject(dnsError(answer)) : Promise.resolve(answer);
  };
  return { resolve4: () => take(a, asked++), resolve6: () => take(aaaa, asked - 1), asked: () => asked };
}

async function withCanary(resolver: NameResolver) {
  const canary = await httpReceiver((_, response) => response.end("canary"));
  // Even with the development switch on, a name may not lead to this machine.
  const http = makeUndiciOutboundHttp({ allowLoopback: true, allowedNetworks: [], clock: systemClock, resolver });
  cleanups.push(canary.stop, () => http.close());
  return { canary, http, url: `http://hooks.example.com:${canary.port}/` };
}

describe("a name that leads inside", () => {
  it("is refused when it is dialled, though it was public when it was saved", async () => {
    const resolver = scripted([["93.184.216.34"], ["127.0.0.1"]], ["ENODATA"]);
    const { canary, http, url } = await withCanary(resolver);
    expect(await http.check(url)).toEqual({ ok: true });
    expect(await http.send(post(url))).toMatchObject({ kind: "refused", code: "address_not_public", where: "address 127.0.0.1", timing: { connectMs: null } });
    expect(resolver.asked()).toBe(2);
    expect(canary.connections()).toBe(0);
  });

  it("is looked up once for a dial: what was judged is what is dialled", async () => {
    const resolver = scripted([["127.0.0.1"], ["93.184.216.34"]], ["ENODATA"]);
    const { canary, http, url } = await withCanary(resolver);
    expect(await http.send(post(url))).toMatchObject({ kind: "refused" });
    expect(resolver.asked()).toBe(1);
    expect(canary.connections()).toBe(0);
  });

  it.each([
    [["93.184.216.34", "127.0.0.1"], "ENODATA"],
    [["127.0.0.1", "93.184.216.34"], "ENODATA"],
    [["93.184.216.34"], ["::1"]],
    [["93.184.216.34"], ["::ffff:127.0.0.1"]],
    [["93.184.216.34"], ["fe80::1"]],
    ["ENODATA", ["64:ff9b::7f00:1"]],
    ["ESERVFAIL", ["fd00:ec2::254"]],
    [["0.0.0.0"], "ENODATA"],
    [["169.254.169.254"], "ENODATA"],
    [["not an address"], "ENODATA"],
  ] as const)("is refused if any one answer is not public: A %j, AAAA %j", async (a, aaaa) => {
    const { canary, http, url } = await withCanary(scripted([a], [aaaa]));
    expect(await http.check(url)).toMatchObject({ ok: false, code: "address_not_public" });
    expect(await http.send(post(url))).toMatchObject({ kind: "refused", code: "address_not_public" });
    expect(canary.connections()).toBe(0);
  });
});

describe("a name that does not resolve", () => {
  it.each([
    ["ENOTFOUND", "ENOTFOUND", "the name does not exist"],
    ["ENODATA", "ENODATA", "the name has no address record"],
    ["ESERVFAIL", "ENODATA", "the name server failed"],
    ["ENODATA", "ETIMEOUT", "the name server did not answer"],
    ["EWHATEVER", "EWHATEVER", "the name could not be resolved"],
  ])("A %s, AAAA %s: fails with dns_failure, and the check says so with a code of its own", async (a, aaaa, detail) => {
    const { http, url } = await withCanary(scripted([a], [aaaa]));
    const outcome = await http.send(post(url));
    expect(outcome).toMatchObject({ kind: "failed", code: "dns_failure", detail, timing: { dnsMs: expect.any(Number), connectMs: null } });
    expect(JSON.stringify(outcome)).not.toContain("canary");
    expect(await http.check(url)).toMatchObject({ ok: false, code: "name_not_resolved", where: "host hooks.example.com" });
  });

  it("a name server that never answers costs the deadline, not more", async () => {
    const never = (): Promise<readonly string[]> => new Promise(() => undefined);
    const { http, url } = await withCanary({ resolve4: never, resolve6: never });
    expect(await http.send(post(url, { timeoutMs: 100 }))).toMatchObject({ kind: "failed", code: "timeout" });
  });

  it("forty dead names hold up nobody else", async () => {
    const never = (): Promise<readonly string[]> => new Promise(() => undefined);
    const isDead = (host: string): boolean => host.startsWith("dead");
    const resolver: NameResolver = { resolve4: (host) => (isDead(host) ? never() : Promise.resolve(["10.0.0.1"])), resolve6: (host) => (isDead(host) ? never() : Promise.resolve([])) };
    const { http } = await withCanary(resolver);
    const dead = Array.from({ length: 40 }, (_, index) => http.send(post(`http://dead${index}.example.com/`, { timeoutMs: 500 })));
    const first = await Promise.race([...dead, http.send(post("http://alive.example.com/"))]);
    expect(first).toMatchObject({ kind: "refused" });
    expect((await Promise.all(dead)).map((outcome) => outcome.kind)).toEqual(Array.from({ length: 40 }, () => "failed"));
  });
});

const scene = fileURLToPath(new URL("./testing/namespace-scene.ts", import.meta.url));

const addresses = ["93.184.216.34", "10.0.0.1", "169.254.169.254", "192.168.7.7"];

// Other systems have no network namespaces; there the canary on loopback, above, has to do.
if (process.platform === "linux") it("on real sockets, public receivers are reached by name and no canary on a private address ever is", () => {
  const setUp = ["ip link set lo up", ...addresses.map((address) => `ip addr add ${address}/32 dev lo`), `exec "${process.execPath}" "${scene}"`].join(" && ");
  const output = execFileSync("unshare", ["-rn", "sh", "-c", setUp], { encoding: "utf8" });
  expect(JSON.parse(output)).toEqual({
    outcomes: {
      "good.example.com": "answered 93.184.216.34",
      "both.example.com": "answered 93.184.216.34",
      "mixed.example.com": "refused address_not_public",
      "private.example.com": "refused address_not_public",
      "metadata.example.com": "refused address_not_public",
      "opened.example.com": "answered 192.168.7.7",
      "10.0.0.1": "refused ip_literal",
      "127.0.0.1": "refused ip_literal",
      "169.254.169.254": "refused ip_literal",
      "93.184.216.34": "refused ip_literal",
      "192.168.7.7": "answered 192.168.7.7",
      localhost: "refused host_reserved",
    },
    hits: { "93.184.216.34": 2, "10.0.0.1": 0, "169.254.169.254": 0, "192.168.7.7": 2, "127.0.0.1": 0 },
    hosts: { "93.184.216.34": "both.example.com:8080", "192.168.7.7": "192.168.7.7:8080" },
  });
});
