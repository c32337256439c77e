import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cast } from "./people.ts";
import type { Json } from "./rest.ts";
import { root } from "./server.ts";

export type Sdk = { version: string; python: string };

/** Plays chapters of story/story.py with the real SDK; gives the facts that it told. */
export async function play(sdk: Sdk, options: { url: string; cast: Cast; chapters: string[]; bigFileMb: number; tell?: (line: string) => void }): Promise<Record<string, string>> {
  const output = await runPython(sdk, [join(root, "e2e", "story", "story.py"), ...options.chapters], {
    url: options.url,
    key: options.cast.key,
    env: {
      WANDB_SILENT: "true",
      STORY_ENTITY: options.cast.team,
      STORY_ORG: options.cast.org,
      STORY_USER: options.cast.user,
      STORY_WEBHOOK: options.cast.webhook.name,
      STORY_BIG_FILE_MB: String(options.bigFileMb),
    },
  });
  for (const line of output.split("\n")) if (line.startsWith("STORY ")) options.tell?.(line.slice(6));
  return Object.fromEntries(Object.entries(factsOf(output)).map(([name, value]) => [name, String(value)]));
}

/** Runs a script with the SDK in an empty home and gives all that it printed; fails where the script does. */
export async function runPython(sdk: Sdk, args: string[], options: { url: string; key: string; env?: Record<string, string> }): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "bellhop-story-"));
  const child = spawn(sdk.python, ["-u", ...args], {
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      LANG: "C.UTF-8",
      WANDB_BASE_URL: options.url,
      WANDB_API_KEY: options.key,
      WANDB_DIR: home,
      WANDB_CACHE_DIR: join(home, "cache"),
      WANDB_DATA_DIR: join(home, "data"),
      WANDB_ERROR_REPORTING: "false",
      ...options.env,
    },
  });
  let output = "";
  child.stdout.on("data", (data) => { output += String(data); });
  child.stderr.on("data", (data) => { output += String(data); });
  const [code] = await once(child, "close");
  await rm(home, { recursive: true, force: true });
  if (code !== 0) throw new Error(`The story broke with wandb ${sdk.version} in ${args.slice(1).join(", ")}:\n${output.slice(-6_000)}`);
  return output;
}

/** What a script told in lines `FACT {json}`. */
export function factsOf(output: string): Json {
  const lines = output.split("\n").filter((line) => line.startsWith("FACT "));
  return Object.assign({}, ...lines.map((line) => JSON.parse(line.slice(5))));
}
