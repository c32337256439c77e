import { opendir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { nullFor } from "../../kit/error-code.ts";
import type { ListedObject } from "../../ports/object-store/port.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";

const nullWhenMissing = nullFor("ENOENT", "ENOTDIR");

/** The objects below a folder, one after the other: memory does not grow with their number. */
export async function* listObjects(root: string): AsyncGenerator<ListedObject> {
  for await (const path of filesIn(root)) {
    const key = relative(root, path).split(sep).join("/");
    const found = await stat(path).catch(nullWhenMissing);
    if (found !== null && isObjectKey(key)) yield { key, storedAt: found.mtime };
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(nullWhenMissing);
  if (entries === null) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}
