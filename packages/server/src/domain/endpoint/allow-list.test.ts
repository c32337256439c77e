import { describe, expect, it } from "vitest";
import { parseAllowList } from "./allow-list.ts";
import { judgeAddress } from "./judge-address.ts";

describe("parseAllowList", () => {
  it.each([
    ["receiver", { kind: "host", host: "receiver", port: null }],
    ["Hooks.Corp.:8443", { kind: "host", host: "hooks.corp", port: 8443 }],
    ["10.0.0.0/8", { kind: "network", address: "10.0.0.0", prefix: 8, port: null }],
    ["10.0.0.0/8:9200", { kind: "network", address: "10.0.0.0", prefix: 8, port: 9200 }],
    ["10.1.2.3", { kind: "network", address: "10.1.2.3", prefix: 32, port: null }],
    ["10.1.2.3:8080", { kind: "network", address: "10.1.2.3", prefix: 32, port: 8080 }],
    ["fd12::/16", { kind: "network", address: "fd12::", prefix: 16, port: null }],
    ["fd12::1", { kind: "network", address: "fd12::1", prefix: 128, port: null }],
    ["[fd12::/16]:8080", { kind: "network", address: "fd12::", prefix: 16, port: 8080 }],
    ["[fd12::]/16:8080", { kind: "network", address: "fd12::", prefix: 16, port: 8080 }],
    ["[fd12::1]", { kind: "network", address: "fd12::1", prefix: 128, port: null }],
  ])("reads %s", (text, entry) => {
    expect(parseAllowList(text)).toEqual({ ok: true, entries: [entry] });
  });

  it("reads several, with spaces, and nothing at all", () => {
    expect(parseAllowList(" receiver , 10.0.0.0/8:80,")).toMatchObject({ ok: true, entries: [{ host: "receiver" }, { prefix: 8, port: 80 }] });
    expect(parseAllowList("")).toEqual({ ok: true, entries: [] });
  });

  it("names every problem at once", () => {
    const bad = ["10.0.0.0/33", "fd12::/129", "host:0", "host:65536", "host:x", "http://host", "a b", "*.corp", "host/8", "[host]:80", "256.0.0.1", "127.0.0.1", "127.0.0.0/8", "::1", "localhost:80",
      "x.localhost", "169.254.169.254", "169.254.0.0/16", "fe80::/10", "0.0.0.0/0", "::/0", "168.63.129.16", "fd00:ec2::254", "[::ffff:10.0.0.1]:80"];
    const parsed = parseAllowList(bad.join(","));
    if (parsed.ok) throw new Error("expected problems");
    expect(parsed.problems.map((each) => /^"(.*)": /.exec(each)?.[1])).toEqual(bad);
  });
});

describe("judgeAddress", () => {
  const question = { host: "hooks.example.com", port: 443, kind: "name", portNeedsEntry: false } as const;
  const wide = { allowLoopback: true, allowedNetworks: [
    { kind: "network", address: "160.0.0.0", prefix: 3, port: null }, { kind: "network", address: "64.0.0.0", prefix: 2, port: null },
    { kind: "network", address: "fc00::", prefix: 6, port: null }, { kind: "host", host: "hooks.example.com", port: null },
  ] } as const;

  it.each(["169.254.169.254", "168.63.129.16", "127.0.0.1", "100.100.100.200", "fe80::1", "fd00:ec2::254", "::1", "::ffff:10.0.0.1"])("no entry, however wide, opens %s for a name", (address) => {
    expect(judgeAddress(question, address, wide)).toBe("address_not_public");
  });

  it("an entry that names the host opens its private addresses, on its port only", () => {
    const policy = { allowLoopback: false, allowedNetworks: [{ kind: "host", host: "hooks.example.com", port: 443 }] } as const;
    expect(judgeAddress(question, "10.0.0.1", policy)).toBeNull();
    expect(judgeAddress({ ...question, port: 80 }, "10.0.0.1", policy)).toBe("address_not_public");
    expect(judgeAddress({ ...question, host: "other.example.com" }, "10.0.0.1", policy)).toBe("address_not_public");
  });

  it("a database port is open only where an entry names it, even on a public address", () => {
    const policy = { allowLoopback: false, allowedNetworks: [{ kind: "network", address: "10.0.0.0", prefix: 8, port: 9200 }] } as const;
    const database = { ...question, port: 9200, portNeedsEntry: true };
    expect(judgeAddress(database, "10.0.0.1", policy)).toBeNull();
    expect(judgeAddress(database, "93.184.216.34", policy)).toBe("port_blocked");
    expect(judgeAddress(database, "192.168.0.1", policy)).toBe("port_blocked");
  });
});
