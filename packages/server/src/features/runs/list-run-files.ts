import type { FileListing, RunFileRow } from "../../db/queries/run-files.ts";
import { countRunFiles, findRunFilesByName, listRunFiles as listRows } from "../../db/queries/run-files.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";

/** Uploaded files of a run that the viewer may see, by name. */
export const listRunFiles = (services: Pick<Services, "db">, run: Pick<RunRow, "id">, listing: FileListing): Promise<RunFileRow[]> =>
  listRows(services.db, run.id, { ...listing, names: listing.names.filter((name) => !name.includes("\0")), pattern: listing.pattern?.replaceAll("\0", "") ?? null });

/** How many uploaded files a run has. */
export const countFilesOfRun = (services: Pick<Services, "db">, run: Pick<RunRow, "id">): Promise<number> => countRunFiles(services.db, run.id);

const largestMetadata = 1 << 20;

/** What the SDK wrote about machine and program, `wandb-metadata.json`; null when it was not uploaded or cannot be read. */
export async function readRunMetadata(services: Pick<Services, "db" | "objects">, run: Pick<RunRow, "id">): Promise<Record<string, unknown> | null> {
  const [file] = await findRunFilesByName(services.db, run.id, ["wandb-metadata.json"]);
  if (file === undefined || file.object_key === null || !isObjectKey(file.object_key)) return null;
  const stored = (file.size_bytes ?? 0) > largestMetadata ? null : await services.objects.get(file.object_key);
  if (stored === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of stored.body) if (chunk instanceof Buffer) chunks.push(chunk);
  const parsed = parseTolerantJson(Buffer.concat(chunks).toString("utf8"));
  return parsed.ok && isRecord(parsed.value) ? parsed.value : null;
}
