import { describe, expect, test } from "vitest";
import type { OutcomeStatus, Report, Reported } from "./report.ts";
import { decideReport, tellOutcome } from "./report.ts";

const report = (status: OutcomeStatus, message: string | null = null): Report => ({ status, message, url: null });
const after = (latest: Report | null, rest: Partial<Reported> = {}): Reported => ({ latest, count: latest === null ? 0 : 1, inLastMinute: 0, ...rest });

describe("the order of reports", () => {
  test.each<[string, Report | null, Report, string]>([
    ["the first report", null, report("running"), "store"],
    ["an end without a beginning", null, report("failed"), "store"],
    ["progress", report("running", "half"), report("running", "three quarters"), "store"],
    ["the end", report("running"), report("succeeded"), "store"],
    ["the same again while it runs", report("running", "half"), report("running", "half"), "repeated"],
    ["the same end again", report("failed", "no quota"), report("failed", "no quota"), "repeated"],
    ["another end", report("failed"), report("succeeded"), "ended"],
    ["another message to the same end", report("failed", "no quota"), report("failed", "really no quota"), "ended"],
    ["running, late", report("succeeded"), report("running"), "ended"],
  ])("%s", (_what, latest, given, expected) => {
    expect(decideReport(after(latest), given)).toBe(expected);
  });

  test("progress is bounded per minute and altogether, the end is always taken", () => {
    for (const full of [{ inLastMinute: 20 }, { count: 500 }]) {
      expect(decideReport(after(report("running"), full), report("running", "more"))).toBe("too_often");
      expect(decideReport(after(report("running"), full), report("running"))).toBe("repeated");
      expect(decideReport(after(report("running"), full), report("succeeded"))).toBe("store");
    }
  });
});

test.each<[number, string]>([
  [-1, "0 s"], [0.4, "0 s"], [59.4, "59 s"], [59.6, "1 min 0 s"], [252, "4 min 12 s"], [3_600, "1 h 0 min"], [7_380, "2 h 3 min"], [93_600, "1 d 2 h"],
])("%d seconds are told as %s", (seconds, told) => {
  expect(tellOutcome({ about: "production", automation: "deploy", status: "succeeded", seconds })).toBe(`production → deploy succeeded, ${told}`);
  expect(tellOutcome({ about: null, automation: "deploy", status: "failed", seconds })).toBe(`deploy failed, ${told}`);
});
