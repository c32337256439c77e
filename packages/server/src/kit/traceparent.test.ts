import { describe, expect, test } from "vitest";
import { parseTraceparent, writeTraceparent } from "./traceparent.ts";

const [trace, span] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];

describe("a traceparent", () => {
  test("is read and written as W3C Trace Context says", () => {
    expect(parseTraceparent(`00-${trace}-${span}-01`)).toEqual({ traceId: trace, spanId: span, sampled: true });
    expect(parseTraceparent(`00-${trace}-${span}-02`)?.sampled).toBe(false);
    expect(parseTraceparent(`01-${trace}-${span}-01-what-comes-later`)).toMatchObject({ traceId: trace });
    expect(writeTraceparent({ traceId: trace, spanId: span, sampled: false })).toBe(`00-${trace}-${span}-00`);
  });

  test.each([
    undefined, null, "", "x", `00-${trace}-${span}`, `00-${trace}-${span}-01-more`, `ff-${trace}-${span}-01`, `00-${"0".repeat(32)}-${span}-01`, `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`, `00-${trace}-${span}-01\r\nx: y`,
  ])("%j is none", (text) => expect(parseTraceparent(text)).toBeNull());
});
