import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Workspace } from "./testing/workspace.ts";
import { canReach, findAccount } from "./unprivileged-user.ts";

const workspace = new Workspace();
afterAll(() => workspace.tidyUp());
const stranger = { uid: 65_533, gid: 65_533 };

describe("canReach", () => {
  it("says yes where every folder on the way is open to all", async () => {
    expect(await canReach(await workspace.folder(0o755), stranger)).toBe(true);
  });

  it("says no where a folder above is closed", async () => {
    const below = join(await workspace.folder(0o700), "open");
    await mkdir(below, { mode: 0o755 });
    expect(await canReach(below, stranger)).toBe(false);
  });

  it("says yes to the owner of a closed folder", async () => {
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    expect(await canReach(await workspace.folder(0o700), own)).toBe(true);
  });
});

describe("findAccount", () => {
  it("never answers with an account that has root's number", async () => {
    expect(await findAccount("root")).toBeUndefined();
    expect(await findAccount(0)).toBeUndefined();
  });

  it("answers undefined for an account that does not exist", async () => {
    expect(await findAccount("no-such-account")).toBeUndefined();
  });
});
