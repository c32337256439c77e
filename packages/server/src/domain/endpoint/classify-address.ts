import { BlockList, SocketAddress, isIP } from "node:net";

/**
 * `public`   may be called.
 * `private`  may be called if the operator's allow list says so.
 * `loopback` may be called with the development switch only.
 * `never`    link-local, cloud metadata, unspecified, multicast, and IPv6 forms that carry an IPv4 address inside.
 */
export type AddressClass = "public" | "private" | "loopback" | "never";

const blockList = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const slash = network.indexOf("/");
    const base = network.slice(0, slash);
    list.addSubnet(base, Number(network.slice(slash + 1)), base.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
};

const loopback = blockList(["127.0.0.0/8", "::1/128"]);

const never4 = blockList([
  "0.0.0.0/8", // dials this machine on Linux
  "169.254.0.0/16", // link-local, most clouds' metadata
  "168.63.129.16/32", // Azure's metadata, on a public address
  "100.100.100.200/32", // Alibaba Cloud's metadata
  "192.0.0.192/32", // Oracle Cloud's metadata
  "224.0.0.0/4",
  "255.255.255.255/32",
]);

const never6 = blockList([
  "::/96", // unspecified, and IPv4-compatible
  "::ffff:0:0/96", // IPv4-mapped
  "::ffff:0:0:0/96", // IPv4-translated
  "64:ff9b::/96", // NAT64
  "64:ff9b:1::/48", // NAT64, local use
  "2001::/32", // Teredo
  "2002::/16", // 6to4
  "fe80::/10",
  "fd00:ec2::/32", // AWS's metadata and its neighbours
  "fd20:ce::254/128", // Google Cloud's metadata
  "ff00::/8",
]);

const notPublic4 = blockList([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "168.63.129.16/32",
]);

const globalUnicast6 = blockList(["2000::/3"]);
const notPublic6 = blockList(["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]);

const classify4 = (address: string): AddressClass => {
  if (loopback.check(address, "ipv4")) return "loopback";
  if (never4.check(address, "ipv4")) return "never";
  return notPublic4.check(address, "ipv4") ? "private" : "public";
};

const classify6 = (address: string): AddressClass => {
  // The mapped form comes first: BlockList compares it with the IPv4 rules, so ::ffff:127.0.0.1 would be loopback.
  if (never6.check(address, "ipv6") && !isLoopback6(address)) return "never";
  if (loopback.check(address, "ipv6")) return "loopback";
  return globalUnicast6.check(address, "ipv6") && !notPublic6.check(address, "ipv6") ? "public" : "private";
};

const isLoopback6 = (address: string): boolean => canonicalAddress(address) === "::1";

/** The class of an IP address in text form; text that is no address, or has a zone, is `never`. */
export function classifyAddress(address: string): AddressClass {
  if (address.includes("%")) return "never";
  const version = isIP(address);
  if (version === 0) return "never";
  return version === 4 ? classify4(address) : classify6(address);
}

/** One spelling per address, so that two texts can be compared. The text must be an IP address. */
export const canonicalAddress = (address: string): string =>
  new SocketAddress({ address, family: address.includes(":") ? "ipv6" : "ipv4" }).address;
