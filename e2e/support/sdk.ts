import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cast } from "./people.ts";
import { root } from "./server.ts";

export type Sdk = { version: string; python: string };

/** Plays chapters of a script in story/ (story.py where none is named) with the real SDK, in an empty home; gives the facts that it told. */
export async function play(sdk: Sdk, options: { url: string; cast: Cast; script?: string; chapters: string[]; bigFileMb: number; env?: Record<string, string>; tell?: (line: string) => void }): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), "bellhop-story-"));
  const child = spawn(sdk.python, ["-u", join(root, "e2e", "story", options.script ?? "story.py"), ...options.chapters], {
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      LANG: "C.UTF-8",
      WANDB_BASE_URL: options.url,
      WANDB_API_KEY: options.cast.key,
      WANDB_DIR: home,
      WANDB_CACHE_DIR: join(home, "cache"),
      WANDB_DATA_DIR: join(home, "data"),
      WANDB_ERROR_REPORTING: "false",
      WANDB_SILENT: "true",
      STORY_ENTITY: options.cast.team,
      STORY_ORG: options.cast.org,
      STORY_USER: options.cast.user,
      STORY_WEBHOOK: options.cast.webhook.name,
      STORY_BIG_FILE_MB: String(options.bigFileMb),
      ...options.env,
    },
  });
  let output = "";
  const facts: Record<string, string> = {};
  child.stdout.on("data", (data) => { output += String(data); });
  child.stderr.on("data", (data) => { output += String(data); });
  const [code] = await once(child, "close");
  await rm(home, { recursive: true, force: true });
  for (const line of output.split("\n")) {
    if (line.startsWith("FACT ")) Object.assign(facts, JSON.parse(line.slice(5)));
    if (line.startsWith("STORY ")) options.tell?.(line.slice(6));
  }
  if (code !== 0) throw new Error(`The story broke with wandb ${sdk.version} in ${options.chapters.join(", ")}:\n${output.slice(-6_000)}`);
  return facts;
}
