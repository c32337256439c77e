import { findBlobKeys, findManifestKeys, findRunFileKeys } from "../../db/queries/object-keys.ts";
import type { ObjectKey } from "../../ports/object-store/port.ts";
import { ownerOfArtifactKey } from "../artifacts/index.ts";
import { runOfKey } from "../runs/index.ts";
import type { Services } from "../services.ts";

type Needs = Pick<Services, "db" | "objects" | "clock">;

/** What a key says of the object; null for one that is not ours to judge. */
type Owner = { kind: "run"; runId: number } | NonNullable<ReturnType<typeof ownerOfArtifactKey>>;
type Listed = { key: ObjectKey; owner: Owner };

const objectsAtOnce = 500;

/**
 * Removes the objects that no row names, once they are `unusedMs` milliseconds old: those of deleted runs, versions and
 * projects, and what a killed process stored without getting to say so. Gives how many.
 */
export async function sweepObjects(services: Needs, unusedMs: number, signal: AbortSignal): Promise<number> {
  const storedBefore = services.clock.now().getTime() - unusedMs;
  let page: Listed[] = [];
  let removed = 0;
  for await (const { key, storedAt } of services.objects.list()) {
    if (signal.aborted) return removed;
    const owner = ownerOf(key);
    if (owner === null || storedAt.getTime() >= storedBefore) continue;
    page.push({ key, owner });
    if (page.length < objectsAtOnce) continue;
    removed += await removeUnnamed(services, page, unusedMs);
    page = [];
  }
  return removed + (await removeUnnamed(services, page, unusedMs));
}

async function removeUnnamed(services: Needs, page: readonly Listed[], unusedMs: number): Promise<number> {
  const runs = page.flatMap(({ key, owner }) => (owner.kind === "run" ? [{ key, id: owner.runId }] : []));
  const manifests = page.flatMap(({ key, owner }) => (owner.kind === "manifest" ? [{ key, id: owner.artifactId }] : []));
  const blobs = page.flatMap(({ key, owner }) => (owner.kind === "blob" ? [{ key, ...owner }] : []));
  const named = new Set<string>([
    ...(runs.length === 0 ? [] : await findRunFileKeys(services.db, ids(runs), runs.map(({ key }) => key))),
    ...(manifests.length === 0 ? [] : await findManifestKeys(services.db, ids(manifests), manifests.map(({ key }) => key), unusedMs)),
    ...(blobs.length === 0 ? [] : await findBlobKeys(services.db, blobs)),
  ]);
  const unnamed = page.filter(({ key }) => !named.has(key));
  for (const { key } of unnamed) await services.objects.delete(key);
  return unnamed.length;
}

const ids = (listed: readonly { id: number }[]): number[] => [...new Set(listed.map(({ id }) => id))];

function ownerOf(key: ObjectKey): Owner | null {
  const runId = runOfKey(key);
  return runId === null ? ownerOfArtifactKey(key) : { kind: "run", runId };
}
