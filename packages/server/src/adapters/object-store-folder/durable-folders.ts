import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../kit/sync-folder.ts";

/** Past this many remembered folders it forgets them all, which costs a few fsyncs and bounds the memory. */
const rememberedAtMost = 10_000;

/** Makes folders below `root` that survive a loss of power, and remembers those that do. */
export function durableFolders(root: string): (path: string) => Promise<void> {
  const durable = new Set<string>();
  return async (path) => {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    // A folder found here may be one that another process has just made and not synced yet.
    if (made === undefined && durable.has(path)) return;
    for (let folder = path; folder !== root; folder = dirname(folder)) await syncFolder(dirname(folder));
    if (durable.size >= rememberedAtMost) durable.clear();
    durable.add(path);
  };
}
