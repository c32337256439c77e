/**
 * A process to be killed: `put-and-hang.ts <root>` stores the object `whole`, says "whole", puts half of the
 * object `half` and of a new content of `whole`, says "half", and waits.
 */
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../../../kit/clock.ts";
import { systemRandom } from "../../../kit/random.ts";
import { objectKey } from "../../../ports/object-store/port.ts";
import { openFolderObjectStore } from "../folder-object-store.ts";

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: put-and-hang.ts <root>");

const limit = { maxBytes: 1 << 30 };
const store = await openFolderObjectStore({ root, clock: systemClock, random: systemRandom });

async function* wholeBody(): AsyncGenerator<Buffer> {
  yield Buffer.from("all of it");
}

let halves = 0;
async function* halfBody(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(1 << 20);
  halves += 1;
  if (halves === 2) process.stdout.write("half\n");
  await wait(600_000);
}

await store.put(objectKey("kept", "whole"), wholeBody(), limit);
process.stdout.write("whole\n");
await Promise.all([store.put(objectKey("kept", "half"), halfBody(), limit), store.put(objectKey("kept", "whole"), halfBody(), limit)]);
