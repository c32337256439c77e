import { describe, expect, it } from "vitest";
import type { AllowListEntry } from "./allow-list.ts";
import { parseAllowList } from "./allow-list.ts";
import { publicInternetOnly } from "./endpoint-policy.ts";
import type { EndpointRefusal } from "./endpoint-refusal.ts";
import { parseEndpoint } from "./parse-endpoint.ts";

const codeOf = (url: string, policy = publicInternetOnly): EndpointRefusal | "ok" => {
  const parsed = parseEndpoint(url, policy);
  return parsed.ok ? "ok" : parsed.code;
};

const entries = (text: string): readonly AllowListEntry[] => {
  const parsed = parseAllowList(text);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.entries;
};

const dangerous: readonly (readonly [string, EndpointRefusal])[] = [
  ["", "url_length"],
  [`http://hooks.example.com/${"a".repeat(4096)}`, "url_length"],
  [" http://hooks.example.com/", "url_characters"],
  ["http://hooks.example.com/ ", "url_characters"],
  ["http://hooks.example.com/a b", "url_characters"],
  ["http://hooks.example.com/\t", "url_characters"],
  ["http://hooks.exa\nmple.com/", "url_characters"],
  ["http://hooks.example.com/\r\nHost: 10.0.0.1", "url_characters"],
  ["http://hooks.example.com/\u0000", "url_characters"],
  ["http://hooks.example.com/\u007f", "url_characters"],
  ["http://hooks.example.com/\u00a0", "url_characters"],
  ["http://hooks.exam\u200bple.com/", "url_characters"],
  ["http://hooks.exam\u00adple.com/", "url_characters"],
  ["http://hooks.exam\u2060ple.com/", "url_characters"],
  ["http://hooks.example.com/\u202emoc", "url_characters"],
  ["http://hooks.example.com/\u2066x", "url_characters"],
  ["\ufeffhttp://hooks.example.com/", "url_characters"],
  ["http://hooks.exam\u3164ple.com/", "url_characters"],
  ["http://hooks.example.com/\ud800", "url_characters"],
  ["http://hooks.example.com\\@10.0.0.1/", "url_characters"],
  ["http:\\\\10.0.0.1\\", "url_characters"],
  ["http://{host}/", "url_placeholder"],
  ["https://hooks.example.com/${team}", "url_placeholder"],
  ["https://hooks.example.com/%7B}", "url_placeholder"],
  ["hooks.example.com", "scheme"],
  ["//hooks.example.com/", "scheme"],
  ["ftp://hooks.example.com/", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["gopher://hooks.example.com/", "scheme"],
  ["javascript:alert(1)", "scheme"],
  ["data:text/plain,x", "scheme"],
  ["ws://hooks.example.com/", "scheme"],
  ["blob:https://hooks.example.com/x", "scheme"],
  ["httpx://hooks.example.com/", "scheme"],
  ["http:/hooks.example.com/", "url_syntax"],
  ["http:hooks.example.com", "url_syntax"],
  ["http://", "url_syntax"],
  ["http:///hooks.example.com", "url_syntax"],
  ["http://?x", "url_syntax"],
  ["http://:80/", "url_syntax"],
  ["http://hooks.example.com:99999/", "url_syntax"],
  ["http://hooks.example.com:8o/", "url_syntax"],
  ["http://[::1/", "url_syntax"],
  ["http://[fe80::1%25eth0]/", "url_syntax"],
  ["http://%31%32%37.0.0.1/", "url_syntax"],
  ["http://hooks.example.com%2f@x.com/", "userinfo"],
  ["http://hooks%2eexample.com/", "url_syntax"],
  ["http://user@hooks.example.com/", "userinfo"],
  ["http://user:pw@hooks.example.com/", "userinfo"],
  ["http://@hooks.example.com/", "userinfo"],
  ["http://hooks.example.com:80@10.0.0.1/", "userinfo"],
  ["http://127.0.0.1/", "ip_literal"],
  ["http://127.0.0.1:8080/", "ip_literal"],
  ["http://127.1/", "ip_literal"],
  ["http://127.0.1/", "ip_literal"],
  ["http://127.0.0.1./", "ip_literal"],
  ["http://127.255.255.254/", "ip_literal"],
  ["http://2130706433/", "ip_literal"],
  ["http://0x7f000001/", "ip_literal"],
  ["http://0x7f.0.0.1/", "ip_literal"],
  ["http://0x7f.1/", "ip_literal"],
  ["http://0X7F.0x0.0x0.0x1/", "ip_literal"],
  ["http://0177.0.0.1/", "ip_literal"],
  ["http://017700000001/", "ip_literal"],
  ["http://0000177.0.0.01/", "ip_literal"],
  ["http://0/", "ip_literal"],
  ["http://0.0.0.0/", "ip_literal"],
  ["http://0.0.0.0:80/", "ip_literal"],
  ["http://0x0/", "ip_literal"],
  ["http://10.0.0.1/", "ip_literal"],
  ["http://192.168.1.1/", "ip_literal"],
  ["http://172.16.0.1/", "ip_literal"],
  ["http://100.64.0.1/", "ip_literal"],
  ["http://169.254.169.254/latest/meta-data/", "ip_literal"],
  ["http://2852039166/", "ip_literal"],
  ["http://0xa9fea9fe/", "ip_literal"],
  ["http://0251.0376.0251.0376/", "ip_literal"],
  ["http://169.254.43518/", "ip_literal"],
  ["http://168.63.129.16/", "ip_literal"],
  ["http://100.100.100.200/", "ip_literal"],
  ["http://255.255.255.255/", "ip_literal"],
  ["http://224.0.0.1/", "ip_literal"],
  ["http://93.184.216.34/", "ip_literal"],
  ["http://127。0。0。1/", "ip_literal"],
  ["http://127．0．0．1/", "ip_literal"],
  ["http://127｡0｡0｡1/", "ip_literal"],
  ["http://１２７.０.０.１/", "ip_literal"],
  ["http://①②⑦.⓪.⓪.①/", "ip_literal"],
  ["http://[::1]/", "ip_literal"],
  ["http://[::]/", "ip_literal"],
  ["http://[0:0:0:0:0:0:0:1]/", "ip_literal"],
  ["http://[::ffff:127.0.0.1]/", "ip_literal"],
  ["http://[::ffff:7f00:1]/", "ip_literal"],
  ["http://[::127.0.0.1]/", "ip_literal"],
  ["http://[::ffff:a9fe:a9fe]/", "ip_literal"],
  ["http://[64:ff9b::7f00:1]/", "ip_literal"],
  ["http://[2002:7f00:1::]/", "ip_literal"],
  ["http://[fe80::1]/", "ip_literal"],
  ["http://[fd00:ec2::254]/", "ip_literal"],
  ["http://[fc00::1]/", "ip_literal"],
  ["http://[ff02::1]/", "ip_literal"],
  ["http://[2606:2800:220:1:248:1893:25c8:1946]/", "ip_literal"],
  ["http://1.2.3.4.5/", "url_syntax"],
  ["http://256.1.1.1/", "url_syntax"],
  ["http://127.0.0.1.2130706433/", "url_syntax"],
  ["http://hooks.example.0x7f/", "url_syntax"],
  ["http://hooks.example.com../", "host_syntax"],
  ["http://hooks..example.com/", "host_syntax"],
  ["http://.example.com/", "host_syntax"],
  ["http://-hooks.example.com/", "host_syntax"],
  ["http://hooks-.example.com/", "host_syntax"],
  ["http://my_hooks.example.com/", "host_syntax"],
  ["http://hooks!.example.com/", "host_syntax"],
  [`http://${"a".repeat(64)}.example.com/`, "host_syntax"],
  [`http://${"abcdefg.".repeat(32)}example.com/`, "host_syntax"],
  ["http://localhost/", "host_reserved"],
  ["http://LOCALHOST:8080/", "host_reserved"],
  ["http://localhost./", "host_reserved"],
  ["http://ｌｏｃａｌｈｏｓｔ/", "host_reserved"],
  ["http://app.localhost/", "host_reserved"],
  ["http://localhost.localdomain/", "host_reserved"],
  ["http://metadata/", "host_single_label"],
  ["http://postgres/", "host_single_label"],
  ["http://intranet./", "host_single_label"],
  ["http://metadata.google.internal/computeMetadata/v1/", "host_reserved"],
  ["http://instance-data.ec2.internal/", "host_reserved"],
  ["http://metadata.goog/", "host_reserved"],
  ["http://kubernetes.default.svc/", "host_reserved"],
  ["http://kubernetes.default.svc.cluster.local/", "host_reserved"],
  ["http://printer.local/", "host_reserved"],
  ["http://nas.lan/", "host_reserved"],
  ["http://wiki.corp/", "host_reserved"],
  ["http://wiki.intranet/", "host_reserved"],
  ["http://router.home.arpa/", "host_reserved"],
  ["http://1.0.0.127.in-addr.arpa/", "host_reserved"],
  ["http://x.invalid/", "host_reserved"],
  ["http://duckduckgo.onion/", "host_reserved"],
  ["http://hooks.example.com:0/", "port_blocked"],
  ["http://hooks.example.com:22/", "port_blocked"],
  ["http://hooks.example.com:25/", "port_blocked"],
  ["http://hooks.example.com:53/", "port_blocked"],
  ["http://hooks.example.com:445/", "port_blocked"],
  ["http://hooks.example.com:2375/", "port_blocked"],
  ["http://hooks.example.com:2379/", "port_blocked"],
  ["http://hooks.example.com:3306/", "port_blocked"],
  ["http://hooks.example.com:5432/", "port_blocked"],
  ["http://hooks.example.com:6379/", "port_blocked"],
  ["http://hooks.example.com:06379/", "port_blocked"],
  ["http://hooks.example.com:9200/", "port_blocked"],
  ["http://hooks.example.com:10250/", "port_blocked"],
  ["http://hooks.example.com:11211/", "port_blocked"],
  ["http://hooks.example.com:27017/", "port_blocked"],
  ["http://hooks.example.com:6667/", "port_blocked"],
];

describe("dangerous URLs are refused before anything is resolved", () => {
  it.each(dangerous)("%j", (url, code) => {
    expect(codeOf(url)).toBe(code);
  });

  it("nor does the development switch let any of them through, but for plain loopback on a free port", () => {
    const opened = dangerous.filter(([url]) => codeOf(url, { allowLoopback: true, allowedNetworks: [] }) === "ok").map(([url]) => url);
    expect(opened.sort()).toEqual(["http://127.0.0.1:8080/", "http://LOCALHOST:8080/"]);
  });

  it("what is refused never shows path, query or userinfo", () => {
    for (const [url] of dangerous) {
      const parsed = parseEndpoint(url.replace("://", "://canary:canary@"), publicInternetOnly);
      expect(JSON.stringify(parsed)).not.toContain("canary");
    }
    expect(JSON.stringify(parseEndpoint("http://10.0.0.1/canary?canary", publicInternetOnly))).not.toContain("canary");
  });
});

describe("endpoints that may be called", () => {
  it.each([
    ["https://hooks.example.com", "https://hooks.example.com", 443, "/"],
    ["HTTPS://Hooks.Example.COM:443/A?b=c#d", "https://hooks.example.com", 443, "/A?b=c"],
    ["http://hooks.example.com./x", "http://hooks.example.com", 80, "/x"],
    ["http://hooks.example.com.:8080/x", "http://hooks.example.com:8080", 8080, "/x"],
    ["https://münchen.de/ä", "https://xn--mnchen-3ya.de", 443, "/%C3%A4"],
    ["https://hooks.example.com/a/../b/%2e%2e/c", "https://hooks.example.com", 443, "/c"],
    ["https://hooks.example.com/@user", "https://hooks.example.com", 443, "/@user"],
  ])("%s", (url, origin, port, path) => {
    expect(parseEndpoint(url, publicInternetOnly)).toMatchObject({ ok: true, endpoint: { origin, port, path, kind: "name" } });
  });
});

describe("the development switch", () => {
  const policy = { allowLoopback: true, allowedNetworks: [] };

  it.each(["http://localhost:3000/", "http://127.0.0.1:8080/x", "http://[::1]:8080/", "https://localhost:8443/", "http://localhost:5432/"])("opens %s", (url) => {
    expect(parseEndpoint(url, policy)).toMatchObject({ ok: true, endpoint: { kind: "loopback" } });
  });

  it.each([
    ["http://localhost/", "port_blocked"],
    ["http://127.0.0.1:22/", "port_blocked"],
    ["http://localhost:6000/", "port_blocked"],
    ["http://127.1:8080/", "ip_literal"],
    ["http://0x7f000001:8080/", "ip_literal"],
    ["http://127.0.0.2:8080/", "ip_literal"],
    ["http://0.0.0.0:8080/", "ip_literal"],
    ["http://[::ffff:127.0.0.1]:8080/", "ip_literal"],
    ["http://app.localhost:8080/", "host_reserved"],
    ["http://10.0.0.1:8080/", "ip_literal"],
  ] as const)("leaves %s refused", (url, code) => {
    expect(codeOf(url, policy)).toBe(code);
  });
});

describe("the operator's allow list", () => {
  const policy = { allowLoopback: false, allowedNetworks: entries("receiver, es.corp:9200, 10.1.0.0/16, 10.2.0.0/16:9200, [fd12::/16]:8080, hooks.svc.cluster.local") };

  it.each([
    "http://receiver/", "http://receiver:8080/", "http://es.corp:9200/", "http://10.1.2.3/", "http://10.1.2.3:8080/", "http://10.2.0.1:9200/",
    "http://[fd12::1]:8080/", "http://hooks.svc.cluster.local/", "https://hooks.example.com/",
  ])("opens %s", (url) => {
    expect(codeOf(url, policy)).toBe("ok");
  });

  it.each([
    ["http://other/", "host_single_label"],
    ["http://receiver:6379/", "port_blocked"],
    ["http://receiver:22/", "port_blocked"],
    ["http://es.corp/", "host_reserved"],
    ["http://kibana.corp:9200/", "host_reserved"],
    ["http://10.1.2.3:5432/", "ip_literal"],
    ["http://10.1.2.3:22/", "port_blocked"],
    ["http://10.2.0.1/", "ip_literal"],
    ["http://10.3.0.1/", "ip_literal"],
    ["http://0x0a010203/", "ip_literal"],
    ["http://[fd12::1]/", "ip_literal"],
    ["http://169.254.169.254/", "ip_literal"],
    ["http://127.0.0.1/", "ip_literal"],
  ] as const)("leaves %s refused", (url, code) => {
    expect(codeOf(url, policy)).toBe(code);
  });
});
