import { BlockList, isIP } from "node:net";
import { classifyAddress } from "./classify-address.ts";
import { isHostName } from "./host-rules.ts";

/** What the operator opens beyond the public internet. `port: null` means every port that is not blocked. */
export type AllowListEntry =
  | { kind: "host"; host: string; port: number | null }
  | { kind: "network"; address: string; prefix: number; port: number | null };

export type AllowListParsed = { ok: true; entries: readonly AllowListEntry[] } | { ok: false; problems: readonly string[] };

type EntryParsed = { ok: true; entry: AllowListEntry } | { ok: false; problem: string };

// [v6], [v6]:port, [v6/len]:port | host, host:port, v4, v4/len, v4/len:port
const bracketed = /^\[([0-9a-f:.]+)(?:\/(\d{1,3}))?\](?:\/(\d{1,3}))?(?::(\d{1,5}))?$/i;
const plain = /^([^:/[\]\s]+)(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/;
const bareV6 = /^([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*)(?:\/(\d{1,3}))?$/i;

const problem = (text: string, reason: string): EntryParsed => ({ ok: false, problem: `"${text}": ${reason}` });

const toPort = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

const isPort = (port: number | null): boolean => port === null || (port >= 1 && port <= 65_535);

function toNetwork(text: string, address: string, prefix: string | undefined, port: number | null): EntryParsed {
  const bits = address.includes(":") ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return problem(text, `the prefix is longer than ${bits} bits`);
  switch (classifyAddress(address)) {
    case "loopback":
      return problem(text, "loopback is opened by BELLHOP_ALLOW_LOOPBACK only");
    case "never":
      return problem(text, "link-local, metadata, unspecified, multicast and IPv4-in-IPv6 addresses can not be opened");
    case "public":
    case "private":
      return { ok: true, entry: { kind: "network", address: address.toLowerCase(), prefix: length, port } };
  }
}

function toEntry(text: string): EntryParsed {
  const match = bracketed.exec(text);
  const [, base, prefix, port] = match ? [match[0], match[1], match[2] ?? match[3], match[4]] : (bareV6.exec(text) ?? plain.exec(text) ?? []);
  if (base === undefined) return problem(text, "not a host, host:port, CIDR, CIDR:port or [CIDR]:port");
  const portNumber = toPort(port);
  if (!isPort(portNumber)) return problem(text, "the port is not between 1 and 65535");
  if (isIP(base) !== 0) return toNetwork(text, base, prefix, portNumber);
  const host = base.toLowerCase().replace(/\.$/, "");
  if (match || prefix !== undefined || !isHostName(host)) return problem(text, "not a host name, IP address or CIDR");
  if (host === "localhost" || host.endsWith(".localhost")) return problem(text, "loopback is opened by BELLHOP_ALLOW_LOOPBACK only");
  return { ok: true, entry: { kind: "host", host, port: portNumber } };
}

/**
 * Reads `BELLHOP_ALLOWED_NETWORKS`: comma-separated `host`, `host:port`, `CIDR`, `CIDR:port`, `[v6 CIDR]:port`; an
 * address without a prefix means itself. Empty text is an empty list. Answers the entries, or every problem at once.
 */
export function parseAllowList(text: string): AllowListParsed {
  const entries: AllowListEntry[] = [];
  const problems: string[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const parsed = toEntry(part);
    if (parsed.ok) entries.push(parsed.entry);
    else problems.push(parsed.problem);
  }
  return problems.length === 0 ? { ok: true, entries } : { ok: false, problems };
}

/** Whether the entry names this host or holds this address; the port is compared by the caller. */
export function entryCovers(entry: AllowListEntry, host: string, address: string | null): boolean {
  if (entry.kind === "host") return entry.host === host;
  if (address === null || address.includes(":") !== entry.address.includes(":")) return false;
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(entry.address, entry.prefix, family);
  return list.check(address, family);
}
