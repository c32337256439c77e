import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Sdk } from "../support/python.ts";
import { root } from "../support/server.ts";

/** The automations of the SDK, which the story plays, came with 0.19.11. */
const probe = "import wandb, wandb.automations; print(wandb.__version__)";

/** A Python with wandb: one that `npm test` has installed, or the one of the machine. Null where there is none. */
export function findSdk(): Sdk | null {
  const cache = join(root, ".cache");
  const brought = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("wandb-")).sort().reverse() : [];
  const pythons = [...brought.map((name) => join(cache, name, "bin", "python")), "python3"];
  for (const python of pythons) {
    const answer = spawnSync(python, ["-c", probe], { encoding: "utf8" });
    if (answer.status === 0) return { python, version: answer.stdout.trim() };
  }
  return null;
}
