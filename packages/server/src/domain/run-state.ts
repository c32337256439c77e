import type { WatchedRunState } from "./event.ts";
import type { HookState } from "./run-hook.ts";
import type { RunReport, RunState } from "./run.ts";

export type RunStatus = { state: RunState; exitCode: number | null; stopRequested: boolean };

/** Whether a run has come to an end that only a resume undoes. */
export const hasEnded = (state: RunState): boolean => state === "finished" || state === "failed" || state === "killed";

/** What automations see of a state; null for those that they do not tell apart, such as killed. */
export function watchedState(state: RunState): WatchedRunState | null {
  switch (state) {
    case "running":
      return "RUNNING";
    case "finished":
      return "FINISHED";
    case "failed":
    case "crashed":
      return "FAILED";
    case "pending":
    case "preempting":
    case "preempted":
    case "killed":
      return null;
  }
}

/** The watched state that a run enters by going from one state (null: it is new) to another; null when it enters none. */
export function enteredState(before: RunState | null, after: RunState): WatchedRunState | null {
  const entered = watchedState(after);
  return before !== null && watchedState(before) === entered ? null : entered;
}

/** What happened to a run: a script took it up, or it reported, was moved by hand, or fell silent. */
export type Transition = { before: RunState | null; after: RunState; takenUp: boolean };

/**
 * The states of hooks that a run gets into. Both `resumed` and `running` come with each further start; a run that was
 * thought lost and is heard of again is resumed, but did not start.
 */
export function hookStatesEntered({ before, after, takenUp }: Transition): HookState[] {
  const states: HookState[] = before === null ? ["created"] : [];
  const entered = enteredState(before, after);
  switch (entered) {
    case "RUNNING":
      if (before !== null && isOver(before)) states.push("resumed");
      if (takenUp) states.push("running");
      return states;
    case "FINISHED":
      return [...states, "finished"];
    case "FAILED":
      return [...states, "failed"];
    case null:
      return states;
  }
}

/** Whether a run has come to an end, or was given up. */
const isOver = (state: RunState): boolean => hasEnded(state) || state === "crashed" || state === "preempted";

/** The status after a report. A report brings a run that was thought lost back to life; one that has ended stays so. */
export function statusAfterReport(before: RunStatus, report: Pick<RunReport, "ended" | "preempting">): RunStatus {
  if (report.ended !== null) return { ...before, state: endState(before, report.ended.exitCode, report.preempting), exitCode: report.ended.exitCode };
  if (hasEnded(before.state)) return before;
  if (report.preempting || before.state === "preempting") return { ...before, state: "preempting" };
  return { ...before, state: "running" };
}

function endState(before: RunStatus, exitCode: number, preempting: boolean): RunState {
  // The same last report may come twice: the second must not read the first one's result as a new situation.
  if (hasEnded(before.state) && before.exitCode === exitCode) return before.state;
  if (before.stopRequested) return "killed";
  if (exitCode === 0) return "finished";
  return preempting || before.state === "preempting" || before.state === "preempted" ? "preempted" : "failed";
}

/** The status after a script has (again) taken up a run of this name. */
export function statusAfterResume(before: RunStatus): RunStatus {
  if (before.state === "running" || before.state === "preempting") return before;
  return { state: "running", exitCode: null, stopRequested: false };
}

const moves: Readonly<Partial<Record<RunState, readonly RunState[]>>> = {
  pending: ["running", "failed", "crashed", "preempted"],
  failed: ["pending", "running"],
};

/** Whether a user may put a run from one state into another by hand. */
export const mayMove = (from: RunState, to: RunState): boolean => moves[to]?.includes(from) ?? false;
