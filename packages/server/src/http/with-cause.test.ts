import { describe, expect, test } from "vitest";
import { callbackLinks } from "../features/outcomes/index.ts";
import { memorySecretStore } from "../ports/secret-store/memory.ts";
import { withCause } from "./with-cause.ts";

const secretStore = memorySecretStore();
const execution = "01890a5d-ac96-774b-bcce-b302099a8057";
const address = callbackLinks({ secretStore, publicUrl: "https://bellhop.example.com" })(execution);
const viewer = { userId: 1, username: "ada", entityId: 1, isAdmin: false };
type Asked = Parameters<ReturnType<typeof withCause>>[0];
const ask = (headers: Record<string, string>, who: typeof viewer | null = viewer) => withCause(() => Promise.resolve(who), { secretStore })({ headers } as Asked);

describe("X-Bellhop-Callback", () => {
  test.each([["the address", address], ["its token alone", address.slice(-64)], ["with white space around", ` ${address} `]])("%s names the execution", async (_what, header) => {
    expect(await ask({ "x-bellhop-callback": header })).toEqual({ ...viewer, causedBy: execution });
  });

  test.each([["nothing", undefined], ["no token", "nonsense"], ["a forged one", address.replace(/.$/, (last) => (last === "A" ? "B" : "A"))], ["another server's", callbackLinks({ secretStore: memorySecretStore(), publicUrl: "" })(execution)]])("%s is ignored", async (_what, header) => {
    expect(await ask(header === undefined ? {} : { "x-bellhop-callback": header })).toEqual(viewer);
  });

  test("signs nobody in", async () => {
    expect(await ask({ "x-bellhop-callback": address }, null)).toBeNull();
  });
});
