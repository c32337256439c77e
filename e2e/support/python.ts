import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "./rest.ts";

/** A Python that has that version of the SDK. */
export type Sdk = { version: string; python: string };

/** Runs a script with that Python in an empty home and gives all that it printed; fails where the script does. */
export async function runPython(sdk: Sdk, args: string[], options: { url: string; key: string; env?: Record<string, string> }): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "bellhop-python-"));
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
  if (code !== 0) throw new Error(`${args.join(" ")} failed with wandb ${sdk.version}:\n${output.slice(-6_000)}`);
  return output;
}

/** What a script told in lines `FACT {json}`. */
export function factsOf(output: string): Json {
  const lines = output.split("\n").filter((line) => line.startsWith("FACT "));
  return Object.assign({}, ...lines.map((line) => JSON.parse(line.slice(5))));
}
