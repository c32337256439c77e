import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { canonicalAddress, classifyAddress } from "./classify-address.ts";

const v4Text = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");

const v6Text = (words: readonly number[]): string => words.map((word) => word.toString(16)).join(":");

// Evenly drawn addresses would hardly ever meet a /24; so half of them lie on or beside the border of a network.
const borders4 = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
  "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"];

const atBorder = fc.tuple(fc.constantFrom(...borders4), fc.integer({ min: -2, max: 2 }), fc.boolean()).map(([cidr, offset, atEnd]) => {
  const [base = "", prefix = ""] = cidr.split("/");
  const start = base.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return (start + (atEnd ? 2 ** (32 - Number(prefix)) : 0) + offset + 2 ** 32) % 2 ** 32;
});

const anyV4 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), atBorder).map(v4Text);

const firstWords = [[0], [0, 0, 0, 0, 0, 0xffff], [0x64, 0xff9b], [0x64, 0xff9b, 1], [0x100], [0x2001], [0x2001, 0], [0x2001, 0x1ff], [0x2001, 0x200], [0x2001, 0xdb8], [0x2002],
  [0x2003], [0x2620, 0x4f, 0x8000], [0x2620, 0x4f, 0x8001], [0x3fff], [0x3fff, 0xfff], [0x3fff, 0x1000], [0x4000], [0x5f00], [0xfc00], [0xfd00, 0xec2], [0xfe80], [0xfec0], [0xff02]];

const anyV6 = fc.tuple(fc.oneof(fc.constant([]), fc.constantFrom(...firstWords)), fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }))
  .map(([first, rest]) => v6Text([...first, ...rest].slice(0, 8)));

const runs = { numRuns: 20_000 };

describe("classifyAddress, compared with ipaddr.js", () => {
  it("an IPv4 address is public exactly if ipaddr.js calls it unicast, but for Azure's metadata", () => {
    fc.assert(fc.property(anyV4, (text) => {
      fc.pre(text !== "168.63.129.16");
      expect([text, classifyAddress(text) === "public"]).toEqual([text, ipaddr.IPv4.parse(text).range() === "unicast"]);
    }), runs);
  });

  it("an IPv6 address is public exactly if it is in 2000::/3, and ipaddr.js calls it unicast, and it is not 3fff::/20 or 2001::/23", () => {
    const within = (text: string, cidr: string): boolean => ipaddr.IPv6.parse(text).match(ipaddr.IPv6.parseCIDR(cidr));
    fc.assert(fc.property(anyV6, (text) => {
      const expected = within(text, "2000::/3") && ipaddr.IPv6.parse(text).range() === "unicast" && !within(text, "3fff::/20") && !within(text, "2001::/23");
      expect([text, classifyAddress(text) === "public"]).toEqual([text, expected]);
    }), runs);
  });

  it("an IPv4 address inside an IPv6 one is never opened, however harmless", () => {
    fc.assert(fc.property(anyV4, fc.constantFrom("::ffff:", "::ffff:0:", "64:ff9b::"), (v4, prefix) => {
      expect(classifyAddress(prefix + v4)).toBe("never");
    }), runs);
  });

  it("the class does not depend on the spelling", () => {
    fc.assert(fc.property(anyV6, (text) => {
      const other = ipaddr.IPv6.parse(text);
      expect(new Set([text, text.toUpperCase(), other.toNormalizedString(), other.toRFC5952String(), canonicalAddress(text)].map(classifyAddress)).size).toBe(1);
    }), { numRuns: 5_000 });
  });
});

describe("classifyAddress, case by case", () => {
  it.each([
    ["8.8.8.8", "public"], ["2606:4700:4700::1111", "public"],
    ["10.0.0.1", "private"], ["172.31.255.255", "private"], ["192.168.0.1", "private"], ["100.64.0.1", "private"], ["fc00::1", "private"], ["fd12::1", "private"], ["198.18.0.1", "private"],
    ["127.0.0.1", "loopback"], ["127.9.9.9", "loopback"], ["::1", "loopback"], ["0:0:0:0:0:0:0:1", "loopback"],
    ["0.0.0.0", "never"], ["::", "never"], ["169.254.169.254", "never"], ["168.63.129.16", "never"], ["100.100.100.200", "never"], ["192.0.0.192", "never"], ["224.0.0.1", "never"],
    ["255.255.255.255", "never"], ["fe80::1", "never"], ["febf::1", "never"], ["fd00:ec2::254", "never"], ["fd20:ce::254", "never"], ["ff02::1", "never"], ["::ffff:127.0.0.1", "never"],
    ["::ffff:8.8.8.8", "never"], ["::127.0.0.1", "never"], ["64:ff9b::8.8.8.8", "never"], ["64:ff9b:1::1", "never"], ["2002:808:808::1", "never"], ["2001:0:1::1", "never"],
    ["fe80::1%eth0", "never"], ["::1%lo", "never"], ["", "never"], ["localhost", "never"], ["127.1", "never"], ["0177.0.0.1", "never"],
  ] as const)("%s is %s", (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });
});
