import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { SecretUnreadable, type SealedSecret, type SecretContext, type SecretStore } from "./port.ts";

type Current = () => SecretStore;

const context: SecretContext = { entityId: "team-1", secretId: "secret-1", version: 1 };
const buffersOf = (sealed: SealedSecret): Buffer[] => [sealed.wrapNonce, sealed.wrappedKey, sealed.nonce, sealed.ciphertext];

/** What every secret store must do; each adapter's test calls this with stores of its own. */
export function secretStoreConformance(name: string, open: () => Promise<SecretStore>): void {
  describe(`${name} as a secret store`, () => {
    let store: SecretStore | undefined;
    const current: Current = () => {
      if (store === undefined) throw new Error("no store is open");
      return store;
    };
    beforeEach(async () => {
      store = await open();
    });
    opensWhatItSealed(current);
    opensNothingElse(current, open);
    derivesKeys(current);
  });
}

function opensWhatItSealed(current: Current): void {
  it("opens every secret that it sealed, before and after rewrapping", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), fc.string(), fc.string(), fc.nat(), async (plaintext, entityId, secretId, version) => {
        const sealed = await current().seal(plaintext, { entityId, secretId, version });
        const again = await current().rewrap(sealed, { entityId, secretId, version });
        expect(await current().open(sealed, { entityId, secretId, version })).toBe(plaintext);
        expect(await current().open(again, { entityId, secretId, version })).toBe(plaintext);
        expect([sealed.keyId, again.keyId]).toEqual([current().keyId, current().keyId]);
      }),
    );
  });

  it("never seals the same text the same way, and shows nothing of it", async () => {
    const [one, other] = [await current().seal("canary-canary", context), await current().seal("canary-canary", context)];
    for (const [index, bytes] of buffersOf(one).entries()) {
      expect(bytes.includes("canary")).toBe(false);
      expect(bytes.equals(buffersOf(other)[index] ?? Buffer.alloc(0))).toBe(false);
    }
  });

  it("refuses text that it could not give back unchanged", async () => {
    await expect(current().seal("half a pair: \ud800", context)).rejects.toThrow(RangeError);
  });
}

function opensNothingElse(current: Current, openAnother: () => Promise<SecretStore>): void {
  const neitherOpensNorRewraps = async (store: SecretStore, sealed: SealedSecret, where: SecretContext = context): Promise<void> => {
    await expect(store.open(sealed, where)).rejects.toThrow(SecretUnreadable);
    await expect(store.rewrap(sealed, where)).rejects.toThrow(SecretUnreadable);
  };

  it.each([
    { ...context, entityId: "team-2" },
    { ...context, secretId: "secret-2" },
    { ...context, version: 2 },
    { entityId: "team-1secret", secretId: "-1", version: 1 },
    { entityId: "secret-1", secretId: "team-1", version: 1 },
  ])("does not open a secret that was moved to %j", async (moved) => {
    await neitherOpensNorRewraps(current(), await current().seal("canary-canary", context), moved);
  });

  it("does not open a secret of which any byte was changed, cut off or added", async () => {
    const sealed = await current().seal("canary-canary", context);
    const changes: readonly ((bytes: Buffer, at: number) => Buffer)[] = [
      (bytes, at) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))),
      (bytes, at) => bytes.subarray(0, at),
      (bytes, at) => Buffer.concat([bytes, bytes.subarray(0, at + 1)]),
    ];
    const fields = ["wrapNonce", "wrappedKey", "nonce", "ciphertext"] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), fc.constantFrom(...changes), fc.nat(200), async (field, change, position) => {
        const changed = { ...sealed, [field]: change(sealed[field], position % sealed[field].length) };
        await expect(current().open(changed, context)).rejects.toThrow(SecretUnreadable);
      }),
    );
    expect(await current().open(sealed, context)).toBe("canary-canary");
  });

  it("does not open a secret put together from two", async () => {
    const [one, other] = [await current().seal("canary-one", context), await current().seal("canary-two", context)];
    await expect(current().open({ ...one, nonce: other.nonce, ciphertext: other.ciphertext }, context)).rejects.toThrow(SecretUnreadable);
  });

  it("does not open another store's secret, and says that the key is unknown, not what the secret is", async () => {
    const sealed = await (await openAnother()).seal("canary-canary", context);
    await neitherOpensNorRewraps(current(), sealed);
    const error: unknown = await current().open(sealed, context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SecretUnreadable", reason: "unknown_key", secretId: "secret-1" });
    await neitherOpensNorRewraps(current(), { ...sealed, keyId: current().keyId });
  });
}

function derivesKeys(current: Current): void {
  it("derives one 256-bit key for each purpose", () => {
    const keys = ["links", "links", "sessions"].map((purpose) => current().derive(purpose).export());
    expect(keys.map((key) => key.length)).toEqual([32, 32, 32]);
    expect(keys[0]?.equals(keys[1] ?? Buffer.alloc(0))).toBe(true);
    expect(keys[0]?.equals(keys[2] ?? Buffer.alloc(0))).toBe(false);
    expect(current().deriveAll("links")[0]?.export().equals(keys[0] ?? Buffer.alloc(0))).toBe(true);
  });
}
