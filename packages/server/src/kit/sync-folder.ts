import { open } from "node:fs/promises";

/** Makes the names in a folder survive a loss of power: fsync of a file does not cover the entry that names it. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
