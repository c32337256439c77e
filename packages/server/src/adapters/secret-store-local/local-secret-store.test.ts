import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog, type Log } from "../../kit/log.ts";
import { systemRandom } from "../../kit/random.ts";
import { secretStoreConformance } from "../../ports/secret-store/conformance.ts";
import { SecretUnreadable, type SecretStore } from "../../ports/secret-store/port.ts";
import { openLocalSecretStore } from "./local-secret-store.ts";

const run = promisify(execFile);
const newKey = (): string => randomBytes(32).toString("base64");
const openWith = (base64: string, furtherKeys: readonly string[] = []): Promise<SecretStore> =>
  openLocalSecretStore({ key: { base64 }, furtherKeys, random: systemRandom, log: silentLog });
const context = { entityId: "team-1", secretId: "secret-1", version: 3 };

secretStoreConformance("a local key", () => openWith(newKey()));

describe("rotating the key-encryption key", () => {
  it("keeps older secrets readable, and rewrapping them makes the older key dispensable", async () => {
    const [older, newer] = [newKey(), newKey()];
    const sealed = await (await openWith(older)).seal("canary-canary", context);
    const rotated = await openWith(newer, [newKey(), older]);
    expect(await rotated.open(sealed, context)).toBe("canary-canary");

    const rewrapped = await rotated.rewrap(sealed, context);
    expect(rewrapped).toMatchObject({ keyId: rotated.keyId, ciphertext: sealed.ciphertext });
    const withoutOlder = await openWith(newer);
    expect(await withoutOlder.open(rewrapped, context)).toBe("canary-canary");
    await expect(withoutOlder.open(sealed, context)).rejects.toThrow(SecretUnreadable);
  });

  it("changes the derived keys", async () => {
    const [one, other] = [await openWith(newKey()), await openWith(newKey())];
    expect(one.derive("links").equals(other.derive("links"))).toBe(false);
  });
});

describe("a key-encryption key", () => {
  it("gives the same id and derived keys in every process, the id being a part of its SHA-256", async () => {
    const base64 = newKey();
    const [one, other] = [await openWith(base64), await openWith(`${base64}\n`)];
    expect(one.keyId).toBe(createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex").slice(0, 16));
    expect(other.keyId).toBe(one.keyId);
    expect(one.derive("links").equals(other.derive("links"))).toBe(true);
  });

  it.each([
    ["short", randomBytes(31).toString("base64")],
    ["long", randomBytes(33).toString("base64")],
    ["in hex", randomBytes(32).toString("hex")],
    ["not base64 throughout", `!${newKey()}`],
    ["empty", ""],
  ])("that is %s is refused without being shown", async (_, text) => {
    const errors: unknown[] = await Promise.all([openWith(text), openWith(newKey(), [text])].map((opening) => opening.catch((error: unknown) => error)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(RangeError);
      if (text !== "") expect(String(error)).not.toContain(text);
    }
  });
});

describe("the key file", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "secrets-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const openFolder = (log: Log = silentLog): Promise<SecretStore> => openLocalSecretStore({ key: { folder }, random: systemRandom, log });
  const path = (): string => join(folder, "secret.key");

  it("is made once, for its owner only, with nothing left beside it", async () => {
    const first = await openFolder();
    const second = await openFolder();
    expect(second.keyId).toBe(first.keyId);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["secret.key"]);
  });

  it("is one and the same for processes that start at once", async () => {
    const script = join(import.meta.dirname, "testing/print-key-id.ts");
    const answers = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, [script, folder])));
    const inProcess = await Promise.all(Array.from({ length: 20 }, () => openFolder()));
    const ids = new Set([...answers.map(({ stdout }) => stdout), ...inProcess.map(({ keyId }) => keyId)]);
    expect(ids.size).toBe(1);
    expect(await readdir(folder)).toEqual(["secret.key"]);
  });

  it("is one and the same for stores opened at once in an empty folder", async () => {
    const ids = (await Promise.all(Array.from({ length: 50 }, () => openFolder()))).map(({ keyId }) => keyId);
    expect(new Set(ids).size).toBe(1);
  });

  it("that is damaged is refused and left as it is", async () => {
    await writeFile(path(), "half a ke");
    await expect(openFolder()).rejects.toThrow("secret.key must hold 32 bytes");
    expect(await readFile(path(), "utf8")).toBe("half a ke");
  });

  it("that others can read is reported", async () => {
    await openFolder();
    await chmod(path(), 0o644);
    const warnings: string[] = [];
    await openFolder({ ...silentLog, warn: (_, message) => warnings.push(message) });
    expect(warnings).toEqual(["others can read the key-encryption key: chmod 600 it"]);
  });
});
