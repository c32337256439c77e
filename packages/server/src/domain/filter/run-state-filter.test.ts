import { describe, expect, test } from "vitest";
import { parseEventFilter } from "./event-filter.ts";

const problems = (json: unknown): { path: string; message: string }[] => {
  const parsed = parseEventFilter("RUN_STATE", JSON.stringify(json));
  return parsed.ok ? [] : [...parsed.problems];
};

describe("the filter of a run state event", () => {
  test.each([
    [{ run_filter: '{"$and":[]}', run_state_filter: { states: ["FAILED", "FINISHED"] } }],
    [{ run_filter: { display_name: { $contains: "x" } }, run_state_filter: { states: ["RUNNING"] } }],
    [{ run_state_filter: { states: ["RUNNING"] } }],
  ])("is read as the SDK sends it, and with an object or nothing as the run filter: %j", (json) => {
    expect(problems(json)).toEqual([]);
  });

  test.each([
    [{}, "run_state_filter.states", "must list at least one of RUNNING, FINISHED, FAILED"],
    [{ run_state_filter: { states: [] } }, "run_state_filter.states", "must list at least one"],
    [{ run_state_filter: { states: ["FAILED", "CRASHED"] } }, "run_state_filter.states[1]", "must be one of RUNNING, FINISHED, FAILED"],
    [{ run_filter: "{", run_state_filter: { states: ["FAILED"] } }, "run_filter", "not JSON"],
    [{ run_filter: { displaynme: "x" }, run_state_filter: { states: ["FAILED"] } }, "run_filter.displaynme", "did you mean"],
    [{ run_filters: {}, run_state_filter: { states: ["FAILED"] } }, "run_filters", 'did you mean "run_filter"?'],
  ])("what cannot work is refused with what and where: %j", (json, path, message) => {
    expect(problems(json)).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});
