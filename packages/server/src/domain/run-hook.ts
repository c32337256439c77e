import type { EventTypeOf } from "@bellhop/contract";
import { isRecord } from "../kit/cast.ts";
import { storableText } from "../kit/jsonb-text.ts";
import { didYouMean, nearestName } from "../kit/nearest-name.ts";

/** The key of a run's config under which its script brings its hooks along. */
export const hooksKey = "_hooks";

/** States by the words of `wandb.hook(run_state=…)`. */
export const hookStates = ["created", "running", "resumed", "finished", "failed"] as const;
export type HookState = (typeof hookStates)[number];

export const hookEvents: Readonly<Record<HookState, EventTypeOf<"run_hook">>> = {
  created: "RUN_CREATED",
  running: "RUN_RUNNING",
  resumed: "RUN_RESUMED",
  finished: "RUN_FINISHED",
  failed: "RUN_FAILED",
};

export const hookMethods = ["POST", "GET"] as const;
export type HookMethod = (typeof hookMethods)[number];

/** A hook as a script gave it. What is wrong with it is kept with it: a script never fails because of a hook. */
export type RunHook = {
  /** Null where it names none that there is; such a hook shows its problem when the run is created. */
  state: HookState | null;
  /** A Jinja2 template, and so is the body; no body is `{}`. */
  url: string;
  method: HookMethod;
  body: string | null;
  problem: string | null;
};

export const mostHooks = 20;
/** Of each template, in characters. */
export const longestTemplate = 65_536;
const mostShown = 1_000;
/** Whom a hook calls is for its author to say, and not for the values of a run. */
const startsFixed = /^\s*https?:\/\/[^\s/?#{}]+([\s/?#]|$)/i;

/** The event at which a hook fires, or shows its problem. */
export const hookEvent = (hook: Pick<RunHook, "state">): EventTypeOf<"run_hook"> => hookEvents[hook.state ?? "created"];

/** Reads what stands under `_hooks`. What is too much to be kept is cut, with a problem that says so. */
export function readRunHooks(value: unknown): RunHook[] {
  if (!Array.isArray(value)) return [broken(`${hooksKey} must be a list of hooks, is ${describe(value)}`)];
  const hooks = value.slice(0, mostHooks).map(readHook);
  if (value.length > mostHooks) hooks.push(broken(`a run may have at most ${mostHooks} hooks, this one has ${value.length}; those from the ${mostHooks + 1}st on are left out`));
  return hooks;
}

function readHook(value: unknown): RunHook {
  if (!isRecord(value)) return broken(`must be an object with run_state and url, is ${describe(value)}`);
  const state = hookStates.find((known) => known === value["run_state"]) ?? null;
  const method = readMethod(value["method"]);
  const url = storableText(typeof value["url"] === "string" ? value["url"] : "");
  const body = readBody(value["body"]);
  const problem = stateProblem(state, value["run_state"]) ?? urlProblem(value["url"], url) ?? methodProblem(method, value["method"]) ?? lengthProblem("body", body ?? "");
  return { state, url: kept(url), method: method ?? "POST", body: body === null ? null : kept(body), problem };
}

const broken = (problem: string): RunHook => ({ state: null, url: "", method: "POST", body: null, problem });

function readMethod(value: unknown): HookMethod | null {
  if (value === undefined || value === null) return "POST";
  return typeof value === "string" ? (hookMethods.find((known) => known === value.toUpperCase()) ?? null) : null;
}

/** A body that is no text is meant as JSON. */
function readBody(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return storableText(typeof value === "string" ? value : JSON.stringify(value));
}

function stateProblem(state: HookState | null, given: unknown): string | null {
  if (state !== null) return null;
  const nearest = typeof given === "string" ? nearestName(given, hookStates) : undefined;
  return `run_state must be one of ${hookStates.join(", ")}, is ${describe(given)}${didYouMean(nearest)}`;
}

function urlProblem(given: unknown, url: string): string | null {
  if (typeof given !== "string" || url === "") return `url must be a text, is ${describe(given)}`;
  return startsFixed.test(url) ? lengthProblem("url", url) : "url must begin with http:// or https:// and a host; variables fill only what comes behind";
}

const methodProblem = (method: HookMethod | null, given: unknown): string | null => (method === null ? `method must be one of ${hookMethods.join(", ")}, is ${describe(given)}` : null);

const lengthProblem = (name: string, text: string): string | null => (text.length > longestTemplate ? `${name} must have at most ${longestTemplate} characters, has ${text.length}` : null);

const kept = (text: string): string => (text.length > longestTemplate ? text.slice(0, mostShown) : text);

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = storableText(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
}
