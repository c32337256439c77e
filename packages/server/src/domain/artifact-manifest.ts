import { isRecord } from "../kit/cast.ts";
import { parseTolerantJson } from "../kit/json-tolerant.ts";

/** One file of a version. What a client put into it beyond these stays in `raw`, and goes out as it came. */
export type ManifestEntry = {
  /** Standard base64 of the content's MD5; for a reference whatever its store calls the content. */
  digest: string;
  sizeBytes: number;
  /** Where the content lies when it is not kept here. */
  ref: string | null;
  raw: Record<string, unknown>;
};

/** The list of a version's files, by path, in the client's order. */
export type Manifest = {
  head: { version: unknown; storagePolicy: unknown; storagePolicyConfig: unknown };
  entries: ReadonlyMap<string, ManifestEntry>;
};

export type ParsedManifest = { ok: true; manifest: Manifest } | { ok: false; message: string };

const mostEntries = 5_000_000;

/** Reads the JSON that the client uploads as `wandb_manifest*.json`. */
export function parseManifest(text: string): ParsedManifest {
  const parsed = parseTolerantJson(text, { maxDepth: 64, maxKeys: mostEntries });
  if (!parsed.ok) return { ok: false, message: `${parsed.message}, at character ${parsed.offset}` };
  const json = parsed.value;
  if (!isRecord(json)) return { ok: false, message: "the manifest is not a JSON object" };
  const contents = json["contents"];
  if (!isRecord(contents)) return { ok: false, message: "the manifest has no contents" };
  const entries = new Map<string, ManifestEntry>();
  for (const [path, value] of Object.entries(contents)) {
    const entry = readEntry(value);
    if (entry === null) return { ok: false, message: `the manifest's entry "${path.slice(0, 200)}" has no usable digest` };
    entries.set(path, entry);
  }
  const head = { version: json["version"], storagePolicy: json["storagePolicy"], storagePolicyConfig: json["storagePolicyConfig"] };
  return { ok: true, manifest: { head, entries } };
}

/** The base with the patches laid over it, one after the other: an entry of the same path replaces the older one. */
export function mergeManifests(base: Manifest | null, patches: readonly Manifest[]): Manifest {
  const newest = patches.at(-1) ?? base;
  const head = newest?.head ?? { version: 1, storagePolicy: "wandb-storage-policy-v1", storagePolicyConfig: { storageLayout: "V2" } };
  const entries = new Map(base?.entries ?? []);
  for (const patch of patches) for (const [path, entry] of patch.entries) entries.set(path, entry);
  return { head, entries };
}

export function serializeManifest(manifest: Manifest): string {
  const contents = Object.fromEntries(Array.from(manifest.entries, ([path, entry]) => [path, entry.raw]));
  return JSON.stringify({ ...manifest.head, contents });
}

export function manifestTotals(manifest: Manifest): { sizeBytes: number; fileCount: number } {
  let sizeBytes = 0;
  for (const entry of manifest.entries.values()) sizeBytes += entry.sizeBytes;
  return { sizeBytes, fileCount: manifest.entries.size };
}

/** The MD5s, in hex and each once, of the files whose content has to be kept here. */
export function keptDigests(manifest: Manifest): string[] {
  const digests = new Set<string>();
  for (const entry of manifest.entries.values()) if (entry.ref === null) digests.add(md5ToHex(entry.digest) ?? entry.digest);
  return [...digests];
}

/** Hex of a base64 MD5; null for anything that is not one. */
export function md5ToHex(base64: string): string | null {
  return /^[A-Za-z0-9+/]{22}==$/.test(base64) ? Buffer.from(base64, "base64").toString("hex") : null;
}

export const md5ToBase64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

function readEntry(value: unknown): ManifestEntry | null {
  if (!isRecord(value) || typeof value["digest"] !== "string") return null;
  const { digest, size, ref } = value;
  const reference = typeof ref === "string" && ref !== "" ? ref : null;
  if (reference === null && md5ToHex(digest) === null) return null;
  const sizeBytes = typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : 0;
  return { digest, sizeBytes, ref: reference, raw: value };
}
