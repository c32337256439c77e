import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The API key of the demo's administrator: made once, kept beside the demo's data, readable by its owner only. */
export function readOrMakeKey(dataDir: string): string {
  const path = join(dataDir, "demo-api-key");
  if (!existsSync(path)) writeFileSync(path, randomBytes(20).toString("hex"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}
