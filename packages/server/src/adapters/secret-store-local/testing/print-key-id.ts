/** Opens the store of a folder and says which key it got: `print-key-id.ts <folder>`. */
import { silentLog } from "../../../kit/log.ts";
import { systemRandom } from "../../../kit/random.ts";
import { openLocalSecretStore } from "../local-secret-store.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: print-key-id.ts <folder>");
process.stdout.write((await openLocalSecretStore({ key: { folder }, random: systemRandom, log: silentLog })).keyId);
