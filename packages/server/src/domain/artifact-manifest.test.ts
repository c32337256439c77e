import { describe, expect, test } from "vitest";
import { keptDigests, manifestTotals, md5ToHex, mergeManifests, parseManifest, serializeManifest } from "./artifact-manifest.ts";
import type { Manifest } from "./artifact-manifest.ts";

const digestOf = (letter: string): string => Buffer.alloc(16, letter).toString("base64");

function manifest(contents: Record<string, unknown>): Manifest {
  const parsed = parseManifest(JSON.stringify({ version: 1, storagePolicy: "wandb-storage-policy-v1", storagePolicyConfig: { storageLayout: "V2" }, contents }));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.manifest;
}

describe("a manifest", () => {
  test("goes out as it came in, whatever a client put into its entries", () => {
    const contents = { "a/b.txt": { digest: digestOf("a"), size: 3, birthArtifactID: "QQ==", extra: { etag: "x" } }, "__proto__": { digest: digestOf("b"), size: 1 } };
    const text = `{"version":1,"storagePolicy":"p","storagePolicyConfig":{},"contents":{"a/b.txt":${JSON.stringify(contents["a/b.txt"])},"__proto__":{"digest":"${digestOf("b")}","size":1}}}`;
    const parsed = parseManifest(text);
    expect(parsed.ok && serializeManifest(parsed.manifest)).toBe(text);
  });

  test("counts references for size, but asks no content for them", () => {
    const both = manifest({ here: { digest: digestOf("a"), size: 10 }, there: { digest: "etag-1", size: 90, ref: "s3://bucket/key" } });
    expect(manifestTotals(both)).toEqual({ sizeBytes: 100, fileCount: 2 });
    expect(keptDigests(both)).toEqual([md5ToHex(digestOf("a"))]);
  });

  test("is patched entry by entry, the newest last", () => {
    const merged = mergeManifests(manifest({ kept: { digest: digestOf("a"), size: 1 }, changed: { digest: digestOf("a"), size: 1 } }), [manifest({ changed: { digest: digestOf("b"), size: 2 } }), manifest({ added: { digest: digestOf("c"), size: 4 } })]);
    expect([...merged.entries.keys()]).toEqual(["kept", "changed", "added"]);
    expect(manifestTotals(merged).sizeBytes).toBe(7);
  });

  test.each([["not json", "{"], ["a list", "[]"], ["no contents", "{}"], ["a digest that is no MD5", '{"contents":{"a":{"digest":"abc"}}}'], ["an entry without a digest", '{"contents":{"a":{}}}']])("is refused with a message for %s", (_, text) => {
    expect(parseManifest(text)).toEqual({ ok: false, message: expect.any(String) });
  });
});
