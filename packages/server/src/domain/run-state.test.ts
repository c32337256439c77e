import { describe, expect, it } from "vitest";
import type { RunState } from "./run.ts";
import { mayMove, statusAfterReport, statusAfterResume } from "./run-state.ts";

const heartbeat = { ended: null, preempting: false };
const ended = (exitCode: number): { ended: { exitCode: number }; preempting: boolean } => ({ ended: { exitCode }, preempting: false });
const status = (state: RunState, stopRequested = false): { state: RunState; exitCode: number | null; stopRequested: boolean } => ({ state, exitCode: null, stopRequested });

describe("the state of a run", () => {
  it.each([
    ["pending", "running"],
    ["running", "running"],
    ["crashed", "running"],
    ["preempted", "running"],
    ["preempting", "preempting"],
    ["finished", "finished"],
    ["failed", "failed"],
    ["killed", "killed"],
  ] as const)("%s becomes %s with any report", (before, after) => {
    expect(statusAfterReport(status(before), heartbeat).state).toBe(after);
  });

  it("ends as the exit code says", () => {
    expect(statusAfterReport(status("running"), ended(0))).toMatchObject({ state: "finished", exitCode: 0 });
    expect(statusAfterReport(status("crashed"), ended(1))).toMatchObject({ state: "failed", exitCode: 1 });
    expect(statusAfterReport(status("running", true), ended(255))).toMatchObject({ state: "killed", exitCode: 255 });
    expect(statusAfterReport(status("preempting"), ended(143))).toMatchObject({ state: "preempted" });
    expect(statusAfterReport(status("preempting"), ended(0))).toMatchObject({ state: "finished" });
  });

  it("is the same when the last report comes twice", () => {
    for (const before of [status("running"), status("running", true), status("preempting")]) {
      const once = statusAfterReport(before, ended(3));
      expect(statusAfterReport(once, ended(3))).toEqual(once);
    }
  });

  it("is running again when a script takes the run up, and forgets an old request to stop", () => {
    expect(statusAfterResume({ state: "killed", exitCode: 255, stopRequested: true })).toEqual({ state: "running", exitCode: null, stopRequested: false });
    expect(statusAfterResume(status("running", true)).stopRequested).toBe(true);
  });

  it("can be set by hand only to pending and failed", () => {
    expect(mayMove("crashed", "pending")).toBe(true);
    expect(mayMove("running", "failed")).toBe(true);
    expect(mayMove("finished", "pending")).toBe(false);
    expect(mayMove("failed", "finished")).toBe(false);
  });
});
