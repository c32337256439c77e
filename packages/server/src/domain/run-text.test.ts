import { describe, expect, it } from "vitest";
import { systemRandom } from "../kit/random.ts";
import { nameProblem } from "./names.ts";
import { runFileNameProblem } from "./run-file.ts";
import { readLogLine } from "./run-log-line.ts";
import { newRunName, twoWords } from "./run-name.ts";

describe("a console line", () => {
  it("is taken apart in each of the forms that clients send", () => {
    expect(readLogLine("2024-05-01T10:00:00.123456 hello")).toEqual({ text: "hello", timestamp: "2024-05-01T10:00:00.123456", level: null, label: null });
    expect(readLogLine("ERROR 2024-05-01T10:00:00.123456 [rank 1] oh no")).toEqual({ text: "oh no", timestamp: "2024-05-01T10:00:00.123456", level: "error", label: "rank 1" });
    expect(readLogLine('{"level":"error","ts":"2024-05-01T10:00:00","label":"w","content":"x"}')).toEqual({ text: "x", timestamp: "2024-05-01T10:00:00", level: "error", label: "w" });
    expect(readLogLine('{"loss": 1}')).toEqual({ text: '{"loss": 1}', timestamp: null, level: null, label: null });
    expect(readLogLine("")).toEqual({ text: "", timestamp: null, level: null, label: null });
  });
});

describe("a run file's name", () => {
  it.each(["../etc/passwd", "a/../b", "a\\..\\b", "/abs", "", "a\0b", "x".repeat(1_025)])("cannot be %j", (name) => {
    expect(runFileNameProblem(name, "files[0]")).not.toBeNull();
  });
  it.each(["config.yaml", "media/images/a_1.png", "code/..hidden", "名前.txt"])("can be %j", (name) => {
    expect(runFileNameProblem(name, "files[0]")).toBeNull();
  });
});

describe("a made-up name", () => {
  it("is a valid name of a run", () => {
    expect(nameProblem("run", newRunName(systemRandom), "name")).toBeNull();
    expect(newRunName(systemRandom)).toMatch(/^[0-9a-z]{8}$/);
    expect(twoWords(systemRandom)).toMatch(/^[a-z]+-[a-z]+$/);
  });
});
