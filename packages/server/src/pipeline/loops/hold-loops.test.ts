import { describe, expect, test } from "vitest";
import type { Candidate } from "../../domain/automation.ts";
import type { ArtifactSubject, Event } from "../../domain/event.ts";
import { exampleChange } from "../../testing/pipeline.ts";
import type { Firings, LoopGuard } from "./hold-loops.ts";
import { makeLoopGuard } from "./hold-loops.ts";

const candidate = (id: string): Candidate => ({ id, entityId: 1, revision: 1, name: id, eventFilter: "{}", actionType: "NO_OP", webhookId: null });
const event = (subject: Partial<Omit<ArtifactSubject, "kind">> = {}): Event => ({ ...exampleChange({ subject }), id: "e", at: new Date(0) });
const firing = (automations: string[], rest: Partial<Firings> = {}): Firings => ({ event: event(), depth: 0, firings: automations.map((id) => ({ automation: candidate(id) })), skips: [], ...rest });

/** `fires skips`, by name. */
const told = ({ firings, skips }: Firings): string => `${firings.map(({ automation }) => automation.id).join()} | ${skips.map(({ automation, reason }) => `${automation.id} ${reason}`).join()}`;

describe("by depth", () => {
  const guard = makeLoopGuard({ depth: 3, rate: null }, { monotonic: () => 0 });
  test.each([[0, "a,b | "], [2, "a,b | "], [3, " | a loop_depth,b loop_depth"], [9, " | a loop_depth,b loop_depth"]])("with %d deliveries behind the event", (depth, expected) => {
    expect(told(guard(firing(["a", "b"], { depth })))).toBe(expected);
  });

  test("what was skipped already stays skipped for its own reason", () => {
    expect(told(guard(firing(["a"], { depth: 3, skips: [{ automation: candidate("b"), reason: "filter_unreadable" }] })))).toBe(" | b filter_unreadable,a loop_depth");
  });
});

describe("by rate", () => {
  let at = 0;
  const make = (times = 5): LoopGuard => {
    at = 1_000_000;
    return makeLoopGuard({ depth: 8, rate: { times, withinMs: 60_000 } }, { monotonic: () => at });
  };
  /** How many of so many turns fire. */
  const turns = (guard: LoopGuard, count: number, given = firing(["a"])): number => Array.from({ length: count }, () => guard(given).firings.length).reduce((sum, each) => sum + each, 0);

  test("the same automation fires so many times for the same thing, and is then held back", () => {
    const guard = make();
    expect(turns(guard, 100)).toBe(5);
    expect(told(guard(firing(["a", "b"])))).toBe("b | a loop_rate");
  });

  test("other aliases, tags, collections and runs are other things", () => {
    const guard = make(1);
    const run: Event = { id: "e", at: new Date(0), type: "RUN_STATE", author: "ada", subject: { kind: "run", runId: 7, runName: "r", displayName: "r", url: "", entered: "FINISHED", state: "finished", user: "", tags: [], config: {}, summary: {}, metric: null, projectId: 1, projectName: "p", entityId: 1, entityName: "e" } };
    const things = [event(), event({ alias: "staging" }), event({ alias: null }), event({ alias: null, tag: "x" }), event({ collectionId: 2 }), run, { ...run, subject: { ...run.subject, runId: 8 } }];
    for (const each of things) expect(turns(guard, 3, firing(["a"], { event: each }))).toBe(1);
    expect(turns(guard, 1, firing(["a"], { event: event({ artifactId: 99, versionIndex: 9 }) }))).toBe(0);
  });

  test("goes on when time has passed, and counts what still lies within the window", () => {
    const guard = make();
    turns(guard, 5);
    at += 90_000;
    expect(turns(guard, 10)).toBe(3);
    at += 200_000;
    expect(turns(guard, 10)).toBe(5);
  });

  test("a clock for which no time passes, and many thousands of things, do no harm", () => {
    const guard = make(1);
    for (let index = 0; index < 60_000; index += 1) expect(guard(firing(["a"], { event: event({ collectionId: index }) })).firings).toHaveLength(1);
    expect(turns(guard, 1, firing(["a"], { event: event({ collectionId: 59_999 }) }))).toBe(0);
  });
});
