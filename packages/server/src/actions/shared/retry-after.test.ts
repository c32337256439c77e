import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = new Date("2026-11-21T12:00:00Z");
const year = 365 * 86_400_000;

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7_000],
    ["Sat, 21 Nov 2026 12:01:30 GMT", 90_000],
    ["Saturday, 21-Nov-26 12:01:30 GMT", 90_000],
    ["Sat Nov 21 12:01:30 2026", 90_000],
    ["Fri, 20 Nov 2026 12:00:00 GMT", 0],
  ])("%j is %i ms", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  test.each(["99999999999999999999999", "9".repeat(400), "Fri, 31 Dec 9999 23:59:59 GMT"])("%j, absurd as it is, asks for the most there is, not for nothing", (header) => {
    expect(retryAfterMs(header, now)).toBe(year);
  });

  test.each([undefined, "", "soon", "-5", "1.5", "1e3", "0x10", "tomorrow, 12", "2026-11-21T13:00:00Z", "Sat, 99 Nov 2026 12:00:00 GMT"])("%j can't be read", (header) => {
    expect(retryAfterMs(header, now)).toBeNull();
  });

  test("no header makes it throw, or ask for less than nothing or more than a year", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.bigInt().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())), (header) => {
      const ms = retryAfterMs(header, now);
      expect(ms === null || (ms >= 0 && ms <= year)).toBe(true);
    }));
  });
});
