import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TemplateFailed, TemplateRendering, Templates } from "../../ports/templates/port.ts";
import type { Task, TaskEnd } from "./thread-messages.ts";

export type MinijinjaOptions = {
  /** How long one template may take, in milliseconds. */
  watchdogMs?: number;
};

const defaultWatchdogMs = 200;

/** Longer messages of the engine are cut: they repeat the template. */
const longestDetail = 500;

type Outcome = Exclude<TaskEnd, { kind: "ready" }> | { kind: "late" };

/**
 * Templates by MiniJinja, a WebAssembly module, in one thread that is started with the first template and again after
 * each breakdown. One template at a time: a render takes microseconds, and so a late one is known for sure.
 */
export function makeMinijinjaTemplates(options: MinijinjaOptions = {}): Templates {
  const watchdogMs = options.watchdogMs ?? defaultWatchdogMs;
  let thread: Promise<Worker> | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let number = 0;

  const attempt = async (task: Task, limitMs: number): Promise<Outcome> => {
    thread ??= startThread().catch((error: unknown) => {
      thread = null;
      throw error;
    });
    const worker = await thread;
    const outcome = await runTask(worker, task, limitMs);
    if (outcome.kind === "late" || outcome.kind === "broken") {
      thread = null;
      await worker.terminate();
    }
    return outcome;
  };
  const carry = async (task: Task): Promise<Outcome> => {
    const first = await attempt(task, watchdogMs);
    // A machine that stood still for a moment is not the template's fault: the fuel bounds the second try too.
    return first.kind === "late" ? attempt(task, 5 * watchdogMs) : first;
  };
  const enqueue = (task: Omit<Task, "number">): Promise<TemplateRendering> => {
    number += 1;
    const numbered = { ...task, number };
    const done = queue.then(() => carry(numbered)).then(readOutcome);
    queue = done.catch(() => undefined);
    return done;
  };

  return {
    check: async (source) => {
      const checked = await enqueue({ source, form: "text", context: null });
      return checked.ok ? { ok: true } : checked;
    },
    render: ({ source, form }, context) => enqueue({ source, form, context }),
    close: async () => {
      await queue;
      await (await thread)?.terminate();
      thread = null;
    },
  };
}

async function startThread(): Promise<Worker> {
  const worker = new Worker(new URL("./template-thread.ts", import.meta.url), { env: {}, stdin: false });
  await Promise.race([once(worker, "message"), once(worker, "exit").then(() => Promise.reject(new Error("The thread of the template engine ended before it was ready.")))]);
  // It keeps no process alive that has nothing else to do.
  worker.unref();
  return worker;
}

function runTask(worker: Worker, task: Task, limitMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      worker.off("message", take).off("error", fail).off("exit", leave);
      resolve(outcome);
    };
    const take = (message: TaskEnd): void => {
      if (message.kind !== "ready" && message.number === task.number) end(message);
    };
    const fail = (error: unknown): void => end({ kind: "broken", number: task.number, memoryFull: false, message: String(error) });
    const leave = (): void => fail("the thread ended");
    const timer = setTimeout(() => end({ kind: "late" }), limitMs);
    worker.on("message", take).on("error", fail).on("exit", leave);
    worker.postMessage(task);
  });
}

function readOutcome(outcome: Outcome): TemplateRendering {
  switch (outcome.kind) {
    case "done":
      return { ok: true, text: outcome.text };
    case "late":
      return failed("template_timeout", "it took too long");
    case "broken":
      return outcome.memoryFull ? failed("template_out_of_memory", "it needs more than 64 MiB") : failed("template_failed", outcome.message);
    case "refused":
      if (outcome.message.startsWith("engine ran out of fuel")) return failed("template_out_of_fuel", "it takes more than a million steps");
      return failed(outcome.stage === "parse" ? "template_invalid" : "template_failed", firstLine(outcome.message));
  }
}

const failed = (reason: TemplateFailed["reason"], detail: string): TemplateFailed => ({ ok: false, reason, detail: detail.slice(0, longestDetail) });

/** The lines below it draw the place in the template; the engine's name for it says nothing. */
const firstLine = (message: string): string => (message.split("\n")[0] ?? "").replace(/ \(in [^)]*:(\d+)\)$/, ", in line $1");
