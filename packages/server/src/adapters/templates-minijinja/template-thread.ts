import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import { Environment, initSync } from "minijinja-js/dist/web/minijinja_js.js";
import type { Filter } from "./filters.ts";
import { filters } from "./filters.ts";
import { limitMemory } from "./limit-memory.ts";
import { printOutputs } from "./print-outputs.ts";
import type { Task, TaskEnd } from "./thread-messages.ts";

// A thread of its own, because the engine can't be interrupted: who waits too long ends the thread.

/** Steps of the engine; about 60 ms of the dearest ones. */
const fuel = 1_000_000;

initSync({ module: limitMemory(readFileSync(createRequire(import.meta.url).resolve("minijinja-js/dist/web/minijinja_js_bg.wasm"))) });
const port = parentPort;
if (port === null) throw new Error("This file is for a worker thread.");

// The engine prints its panics before it traps; one that could not get memory traps without a word.
let panic: string | null = null;
console.error = (message: unknown) => {
  panic = (String(message).split("\n")[0] ?? "").slice(0, 200);
};

/** What a filter complained about: an error that it threw would leave the engine in pieces. */
let complaint: string | null = null;

const tell = (end: TaskEnd): void => port.postMessage(end);

port.on("message", (task: Task) => tell(carry(task)));
tell({ kind: "ready" });

function carry({ number, source, form, context }: Task): TaskEnd {
  let stage: "parse" | "render" = "parse";
  panic = null;
  complaint = null;
  try {
    const environment = makeEnvironment();
    // As it was written first, so that a complaint shows the author's own text.
    environment.addTemplate("template", source);
    if (context === null) return freed(environment, { kind: "done", number, text: "" });
    environment.addTemplate("template", printOutputs(source, form));
    stage = "render";
    const text = environment.renderTemplate("template", context);
    return freed(environment, complaint === null ? { kind: "done", number, text } : { kind: "refused", number, stage, message: complaint });
  } catch (error) {
    // The engine's complaints are plain errors; a trap or an overflow of the stack leaves it in pieces.
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Error && error.constructor === Error) return { kind: "refused", number, stage, message };
    return { kind: "broken", number, memoryFull: panic === null && message === "unreachable", message: panic ?? message };
  }
}

function freed(environment: Environment, end: TaskEnd): TaskEnd {
  environment.free();
  return end;
}

function makeEnvironment(): Environment {
  const environment = new Environment();
  environment.enablePyCompat();
  environment.fuel = fuel;
  environment.addTest("callable", () => false);
  for (const [name, filter] of Object.entries(filters)) environment.addFilter(name, careful(filter));
  return environment;
}

const careful = (filter: Filter): Filter => (value, ...given) => {
  try {
    return filter(value, ...given);
  } catch (error) {
    complaint ??= error instanceof Error ? error.message : String(error);
    return "";
  }
};
