import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";
import { systemRandom } from "./random.ts";

describe("a stored password", () => {
  it("is confirmed by the password and by no other", async () => {
    const stored = await hashPassword("correct horse", systemRandom);
    expect(await verifyPassword("correct horse", stored)).toBe(true);
    for (const wrong of ["correct hors", "correct horse ", "Correct horse", ""]) expect(await verifyPassword(wrong, stored)).toBe(false);
  });

  it("says how it was hashed, has a salt of its own, and does not hold the password", async () => {
    const [one, other] = await Promise.all([hashPassword("correct horse", systemRandom), hashPassword("correct horse", systemRandom)]);
    expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain("horse");
  });

  it("is confirmed with the cost that it was hashed with", async () => {
    // scrypt of "password" with N=16, r=1, p=1 and a salt of 16 zeros, by another implementation (Python's hashlib).
    expect(await verifyPassword("password", "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$L6s7g1TgPZYzCSXxDWATNZG9O-4awHkMlZhLx49VBAw")).toBe(true);
  });

  it("is the same however the keyboard composes its characters", async () => {
    expect(await verifyPassword("e\u0301cole-fermée", await hashPassword("\u00e9cole-ferme\u0301e", systemRandom))).toBe(true);
  });

  it.each([null, "", "plain", "$scrypt$ln=31,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=0,r=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$x"])(
    "is never confirmed when %j is stored",
    async (stored) => {
      expect(await verifyPassword("", stored)).toBe(false);
      expect(await verifyPassword("plain", stored)).toBe(false);
    },
  );
});
