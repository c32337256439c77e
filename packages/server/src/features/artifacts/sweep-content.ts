import { markBlobsUsed } from "../../db/queries/artifact-blobs.ts";
import type { LivingManifest, OldBlob } from "../../db/queries/artifact-unused.ts";
import { findNextKeeper, listLivingManifests, listOldBlobs, markUnused, removeUnused } from "../../db/queries/artifact-unused.ts";
import { keptDigests } from "../../domain/artifact-manifest.ts";
import { Failure } from "../../domain/failure.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";
import { readManifest } from "./read-manifest.ts";

type Needs = Pick<Services, "db" | "objects" | "log">;

/** Digests that are held in memory together. */
const digestsAtOnce = 100_000;
const manifestsAtOnce = 500;
const rowsAtOnce = 500;

/**
 * Removes content that no version of its entity needs, in two looks: the first marks it, one that is `unusedMs`
 * milliseconds later and still finds no version removes it. A version that is being made takes the mark away, so what it
 * relies on stays. Gives how many objects it removed. An entity with a manifest that cannot be read is left alone.
 */
export async function sweepContent(services: Needs, unusedMs: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let entityId = await findNextKeeper(services.db, 0); entityId !== null && !signal.aborted; entityId = await findNextKeeper(services.db, entityId)) {
    try {
      removed += await sweepEntity(services, { entityId, unusedMs, signal });
    } catch (error) {
      services.log.error({ err: error, entityId }, "cannot tell which content is needed; none of this entity's is removed");
    }
  }
  return removed;
}

type Sweep = { entityId: number; unusedMs: number; signal: AbortSignal };

async function sweepEntity(services: Needs, sweep: Sweep): Promise<number> {
  let removed = 0;
  for (let after = ""; ; ) {
    const blobs = await listOldBlobs(services.db, sweep.entityId, { after, ageMs: sweep.unusedMs, limit: digestsAtOnce });
    const needed = await findNeeded(services, sweep, new Set(blobs.map(({ md5_hex: digest }) => digest)));
    if (needed === null) return removed;
    removed += await settle(services, sweep, blobs, needed);
    const last = blobs.at(-1);
    if (last === undefined || blobs.length < digestsAtOnce) return removed;
    after = last.md5_hex;
  }
}

/** Those of the digests that a version needs; null when told to stop. */
async function findNeeded(services: Needs, { entityId, signal }: Sweep, digests: ReadonlySet<string>): Promise<Set<string> | null> {
  const needed = new Set<string>();
  for (let after = 0; digests.size > 0; ) {
    const manifests = await listLivingManifests(services.db, entityId, { after, limit: manifestsAtOnce });
    for (const manifest of manifests) {
      if (signal.aborted) return null;
      for (const digest of await digestsOf(services, manifest)) if (digests.has(digest)) needed.add(digest);
    }
    const last = manifests.at(-1);
    if (last === undefined || manifests.length < manifestsAtOnce) break;
    after = last.id;
  }
  return needed;
}

/** A manifest that is no manifest can only be a pending version's, which then cannot be committed with it. */
async function digestsOf(services: Needs, manifest: LivingManifest): Promise<string[]> {
  try {
    return keptDigests(await readManifest(services.objects, manifest.object_key));
  } catch (error) {
    if (!manifest.committed && error instanceof Failure) return [];
    throw error;
  }
}

async function settle(services: Needs, { entityId, unusedMs }: Sweep, blobs: readonly OldBlob[], needed: ReadonlySet<string>): Promise<number> {
  const pick = (wanted: (blob: OldBlob) => boolean): string[] => blobs.filter(wanted).map(({ md5_hex: digest }) => digest);
  for (const some of slices(pick((blob) => blob.marked && needed.has(blob.md5_hex)))) await markBlobsUsed(services.db, entityId, some);
  let removed = 0;
  for (const some of slices(pick((blob) => blob.marked && !needed.has(blob.md5_hex)))) {
    const keys = await removeUnused(services.db, entityId, some, unusedMs);
    for (const key of keys.filter(isObjectKey)) await services.objects.delete(key);
    removed += keys.length;
  }
  for (const some of slices(pick((blob) => !blob.marked && !needed.has(blob.md5_hex)))) await markUnused(services.db, entityId, some);
  return removed;
}

function* slices(digests: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < digests.length; start += rowsAtOnce) yield digests.slice(start, start + rowsAtOnce);
}
