import { describe, expect, test } from "vitest";
import { longestTemplate, mostHooks, readRunHooks } from "./run-hook.ts";
import { hookStatesEntered } from "./run-state.ts";

const url = "https://example.com/{{run.id}}";
const problems = (value: unknown): (string | null)[] => readRunHooks(value).map(({ problem }) => problem);

describe("hooks as scripts write them", () => {
  test("a hook keeps its texts as they are; method and body have defaults, and a body that is no text is JSON", () => {
    expect(readRunHooks([{ run_state: "finished", url }, { run_state: "failed", url, method: "get", body: null }, { run_state: "created", url, method: "POST", body: { id: "{{run.id}}" } }])).toEqual([
      { state: "finished", url, method: "POST", body: null, problem: null },
      { state: "failed", url, method: "GET", body: null, problem: null },
      { state: "created", url, method: "POST", body: '{"id":"{{run.id}}"}', problem: null },
    ]);
  });

  test("whatever else it is, it is kept with what is wrong", () => {
    expect(problems({ run_state: "finished" })).toEqual(['_hooks must be a list of hooks, is {"run_state":"finished"}']);
    expect(problems([7, null, "x"])).toEqual(["must be an object with run_state and url, is 7", "must be an object with run_state and url, is null", 'must be an object with run_state and url, is "x"']);
    expect(problems([{ run_state: "finishd", url }])).toEqual(['run_state must be one of created, running, resumed, finished, failed, is "finishd"; did you mean "finished"?']);
    expect(problems([{ url }, { run_state: "failed" }, { run_state: "failed", url, method: "PUT" }])).toEqual([
      "run_state must be one of created, running, resumed, finished, failed, is missing", "url must be a text, is missing", 'method must be one of POST, GET, is "PUT"',
    ]);
  });

  test("variables fill the path and the query of a URL, and never its host", () => {
    const judged = (one: string): boolean => readRunHooks([{ run_state: "finished", url: one }])[0]?.problem === null;
    expect(["https://example.com", "HTTP://example.com:8080?x={{run.id}}", "https://example.com/{{run.id}}", "https://example.com#{{run.id}}"].map(judged)).toEqual([true, true, true, true]);
    expect(["{{run.config.url}}", "https://{{run.id}}.example.com/", "https://example.com{{run.id}}", "ftp://example.com/", "example.com", "https://"].map(judged)).toEqual([false, false, false, false, false, false]);
  });

  test("too many and too long are cut, and say so", () => {
    const many = readRunHooks(Array.from({ length: 30 }, () => ({ run_state: "finished", url })));
    expect(many).toHaveLength(mostHooks + 1);
    expect(many.at(-1)).toMatchObject({ state: null, problem: "a run may have at most 20 hooks, this one has 30; those from the 21st on are left out" });
    const [long] = readRunHooks([{ run_state: "finished", url, body: "x".repeat(longestTemplate + 1) }]);
    expect(long).toMatchObject({ state: "finished", problem: "body must have at most 65536 characters, has 65537" });
    expect(long?.body).toHaveLength(1_000);
  });

  test("what PostgreSQL's JSON cannot hold is replaced", () => {
    expect(readRunHooks([{ run_state: "finished", url, body: "a\0b\ud800" }])[0]?.body).toBe("a\ufffdb\ufffd");
  });
});

describe("the states that hooks wait for", () => {
  test.each([
    [null, "running", true, ["created", "running"]],
    [null, "pending", false, ["created"]],
    ["pending", "running", true, ["running"]],
    ["running", "running", true, []],
    ["running", "finished", false, ["finished"]],
    ["running", "failed", false, ["failed"]],
    ["running", "crashed", false, ["failed"]],
    ["running", "killed", false, []],
    ["finished", "running", true, ["resumed", "running"]],
    ["killed", "running", true, ["resumed", "running"]],
    ["preempted", "running", true, ["resumed", "running"]],
    ["crashed", "running", true, ["resumed", "running"]],
    ["crashed", "running", false, ["resumed"]],
    ["crashed", "failed", false, []],
    ["crashed", "finished", false, ["finished"]],
  ] as const)("%s → %s, taken up by a script: %s", (before, after, takenUp, states) => {
    expect(hookStatesEntered({ before, after, takenUp })).toEqual(states);
  });
});
