import { isIPv6 } from "node:net";

/**
 * Whom an address stands for when requests are counted: an IPv4 address for itself, an IPv6 address for its /64, of
 * which one subscriber has 2^64 addresses. An IPv4 address that is written as IPv6 counts as IPv4.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.split("%")[0] ?? address;
  return isIPv6(plain) ? `${groups(plain).slice(0, 4).join(":")}::/64` : address;
}

/** The eight groups, without leading zeros. */
function groups(address: string): string[] {
  const [head = "", tail] = address.toLowerCase().split("::");
  const split = (part: string): string[] => part.split(":").filter((group) => group !== "");
  const before = split(head);
  const after = tail === undefined ? [] : split(tail);
  const length = [...before, ...after].reduce((sum, group) => sum + (group.includes(".") ? 2 : 1), 0);
  const middle = tail === undefined ? [] : Array.from({ length: 8 - length }, () => "0");
  return [...before, ...middle, ...after].map((group) => group.replace(/^0+(?=.)/, ""));
}
